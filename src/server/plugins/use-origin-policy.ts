import type { ServerPlugin } from '../plugin.ts';
import { findOriginProblem, type OriginPolicy } from '../origin.ts';
import { toRefusalResponse } from '../refusal.ts';

/** Refuses requests of foreign pages and foreign names before anything else sees them, on every path. */
export const useOriginPolicy = (policy: OriginPolicy): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const problem = findOriginProblem(serverContext.req, policy);
    if (problem !== undefined)
      endResponse(toRefusalResponse({ code: 'FORBIDDEN', message: problem }, serverContext));
  },
});
