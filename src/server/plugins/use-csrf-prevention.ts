import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import type { ServerPlugin } from '../plugin.ts';
import { toRefusalError } from '../refusal.ts';

const PREFLIGHT_HEADERS = ['x-graphql-client', 'graphql-require-preflight'];

/**
 * Refuses what a browser sends for a foreign page without asking first (a link, a form, an EventSource): the page could
 * make the user pay for it. Over WebSocket the policy of origins does this at the upgrade.
 */
export const useCsrfPrevention = (): ServerPlugin => {
  const prevention = useCSRFPrevention({ requestHeaders: PREFLIGHT_HEADERS });
  return {
    onRequestParse(payload) {
      try {
        return prevention.onRequestParse?.(payload);
      } catch {
        throw toRefusalError({
          code: 'FORBIDDEN',
          message:
            payload.request.method === 'GET'
              ? 'A GET request needs the header graphql-require-preflight, so that no foreign page can send it.'
              : 'Send application/json, or the header graphql-require-preflight, so that no foreign page can send the request.',
        });
      }
    },
  };
};
