import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ServerPlugin } from '../plugin.ts';
import { GRAPHQL_PATH, PLAYGROUND_PATH } from '../paths.ts';
import { createPlaygroundAssets } from '../playground/assets.ts';
import { findEncoding } from '../playground/find-encoding.ts';
import { createPlayground } from '../playground/playground.ts';

const compress = promisify(gzip);

/** Of an answer, in bytes: the introspection is compressed to a tenth. Shorter answers are not worth it. */
const MIN_COMPRESSED_LENGTH = 50_000;

const isFromPlayground = (headers: Headers): boolean =>
  headers.get('x-graphql-client') === 'playground' &&
  findEncoding(headers.get('accept-encoding') ?? undefined, ['gzip']) !== undefined;

/** Serves the playground to browsers that open the address of the API; the root leads there. */
export const usePlayground = (): ServerPlugin => {
  const getPage = createPlayground();
  const findAsset = createPlaygroundAssets();
  return {
    async onRequest({ url, serverContext, endResponse, fetchAPI }) {
      const { method, headers } = serverContext.req;
      if (method !== 'GET') return;
      if (url.pathname === '/') {
        endResponse(new fetchAPI.Response(null, { status: 307, headers: { location: GRAPHQL_PATH } }));
        return;
      }
      if (url.pathname.startsWith(PLAYGROUND_PATH)) {
        const name = url.pathname.slice(PLAYGROUND_PATH.length);
        const asset = await findAsset(name, headers['accept-encoding']);
        if (asset !== undefined)
          endResponse(new fetchAPI.Response(new Uint8Array(asset.body), { headers: { ...asset.headers } }));
        return;
      }
      // With `?query=` as well: the page keeps the query that was edited last in its address, and reads it on a reload.
      const wantsPage = (headers.accept ?? '').includes('text/html');
      if (url.pathname !== GRAPHQL_PATH || !wantsPage) return;
      const page = await getPage(headers['accept-encoding']);
      endResponse(new fetchAPI.Response(new Uint8Array(page.body), { headers: { ...page.headers } }));
    },
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const length = Number(response.headers.get('content-length') ?? 0);
      if (length < MIN_COMPRESSED_LENGTH || request.method !== 'POST' || !isFromPlayground(request.headers))
        return;
      const body = await compress(new Uint8Array(await response.arrayBuffer()));
      const { status, headers } = response;
      headers.set('content-encoding', 'gzip');
      headers.set('content-length', String(body.length));
      headers.append('vary', 'accept-encoding');
      setResponse(new fetchAPI.Response(new Uint8Array(body), { status, headers }));
    },
  };
};
