import type { ServerPlugin } from '../plugin.ts';
import { GRAPHQL_PATH } from '../paths.ts';
import { createPlayground } from '../playground/playground.ts';

/** Serves the playground to browsers that open the address of the API; the root leads there. */
export const usePlayground = (): ServerPlugin => {
  const getPage = createPlayground();
  return {
    async onRequest({ url, serverContext, endResponse, fetchAPI }) {
      const { method, headers } = serverContext.req;
      if (method !== 'GET') return;
      if (url.pathname === '/') {
        endResponse(new fetchAPI.Response(null, { status: 307, headers: { location: GRAPHQL_PATH } }));
        return;
      }
      // With `?query=` as well: the page keeps the query that was edited last in its address, and reads it on a reload.
      const wantsPage = (headers.accept ?? '').includes('text/html');
      if (url.pathname !== GRAPHQL_PATH || !wantsPage) return;
      const page = await getPage();
      endResponse(new fetchAPI.Response(new Uint8Array(page.body), { headers: { ...page.headers } }));
    },
  };
};
