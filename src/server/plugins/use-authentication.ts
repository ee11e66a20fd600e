import type { Authenticate } from '../auth.ts';
import type { ServerPlugin } from '../plugin.ts';
import { toRefusalResponse, UNAUTHENTICATED } from '../refusal.ts';

/**
 * Finds out whose request it is, before its body is read; a WebSocket says so in its `connection_init`, to the same
 * `authenticate`. Operations find the principal in their context.
 */
export const useAuthentication = (authenticate: Authenticate): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const principalId = authenticate(serverContext.req.headers.authorization);
    if (principalId === undefined) endResponse(toRefusalResponse(UNAUTHENTICATED, serverContext));
    else serverContext.principalId = principalId;
  },
});
