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
      const wantsPage = (headers.accept ?? '').includes('text/html') && !url.searchParams.has('query');
      if (url.pathname !== GRAPHQL_PATH || !wantsPage) return;
      const page = await getPage();
      endResponse(new fetchAPI.Response(new Uint8Array(page.body), { headers: { ...page.headers } }));
    },
  };
};
