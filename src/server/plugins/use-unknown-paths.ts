import type { ServerPlugin } from '../plugin.ts';
import { GRAPHQL_PATH } from '../paths.ts';
import { toRefusalResponse } from '../refusal.ts';

/** Says where the API is to a request for anything that no plugin before it has answered. */
export const useUnknownPaths = (): ServerPlugin => ({
  onRequest({ url, serverContext, endResponse }) {
    if (url.pathname === GRAPHQL_PATH) return;
    const message = `There is nothing at ${url.pathname}. The API is at ${GRAPHQL_PATH}.`;
    endResponse(toRefusalResponse({ code: 'NOT_FOUND', message }, serverContext));
  },
});
