import type { Authenticate } from '../auth.ts';
import type { ServerPlugin } from '../plugin.ts';
import { toRefusalResponse, UNAUTHENTICATED } from '../refusal.ts';

/**
 * Finds out whose request it is, before its body is read; a WebSocket says so in its `connection_init`, to the same
 * `authenticate`. Operations find the principal in their context.
 */
export const useAuthentication = (authenticate: Authenticate): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const principal = authenticate(serverContext.req.headers.authorization);
    if (principal === undefined) return endResponse(toRefusalResponse(UNAUTHENTICATED, serverContext));
    serverContext.principal = principal;
    serverContext.principalId = principal.id;
  },
});
