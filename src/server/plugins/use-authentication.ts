import type { Authenticate, Authenticated } from '../../services/principals/authenticator.ts';
import { ModelgraphError } from '../../core/errors.ts';
import { findCredentialsProblem } from '../find-credentials-problem.ts';
import type { ServerPlugin } from '../plugin.ts';
import { toRefusalResponse } from '../refusal.ts';

/**
 * Finds out whose request it is, before its body is read; a WebSocket says so in its `connection_init`, to the same
 * `authenticate`. Operations find the principal in their context.
 */
export const useAuthentication = (authenticate: Authenticate): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const { req } = serverContext;
    const take = (found: Authenticated): void => {
      const isAnonymous = !(found instanceof ModelgraphError) && found.kind === 'anonymous';
      const problem = isAnonymous ? undefined : findCredentialsProblem(req);
      if (problem !== undefined) return endResponse(toRefusalResponse(problem, serverContext));
      if (found instanceof ModelgraphError) return endResponse(toRefusalResponse(found, serverContext));
      serverContext.principal = found;
      serverContext.principalId = found.id;
    };
    const found = authenticate(req.headers.authorization);
    return found instanceof Promise ? found.then(take) : take(found);
  },
});
