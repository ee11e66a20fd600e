import type { ServerPlugin } from '../plugin.ts';
import { noteLimits, noteRefusal, type RateLimits } from '../rate-limits.ts';
import { toRefusalResponse } from '../refusal.ts';

/** Counts the requests of each address before anything else is done for them: not even their credentials are looked at. */
export const useAddressLimits = ({ addresses, findClient }: RateLimits): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    if (!addresses.isAny) return undefined;
    return addresses.takeRequest(findClient(serverContext.req))?.then(
      (states) => noteLimits(serverContext, states),
      (error: unknown) => endResponse(toRefusalResponse(noteRefusal(serverContext, error), serverContext)),
    );
  },
});
