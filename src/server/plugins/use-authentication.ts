import type { Authenticate, Authenticated } from '../../services/principals/authenticator.ts';
import { type ErrorCode, ModelgraphError } from '../../core/errors.ts';
import { findCredentialsProblem } from '../find-credentials-problem.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type Refusal, toRefusalResponse } from '../refusal.ts';

/**
 * Finds out whose request it is, before its body is read; a WebSocket says so in its `connection_init`, to the same
 * `authenticate`. Operations find the principal in their context. `onRefused` learns the code of each refusal.
 */
export const useAuthentication = (
  authenticate: Authenticate,
  onRefused: (code: ErrorCode) => void,
): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const { req } = serverContext;
    const take = (found: Authenticated): void => {
      const isAnonymous = !(found instanceof ModelgraphError) && found.kind === 'anonymous';
      const problem = isAnonymous ? undefined : findCredentialsProblem(req);
      const refuse = (refusal: Refusal): void => {
        onRefused(refusal.code);
        endResponse(toRefusalResponse(refusal, serverContext));
      };
      if (problem !== undefined) return refuse(problem);
      if (found instanceof ModelgraphError) return refuse(found);
      serverContext.principal = found;
      serverContext.principalId = found.id;
    };
    const found = authenticate(req.headers.authorization);
    return found instanceof Promise ? found.then(take) : take(found);
  },
});
