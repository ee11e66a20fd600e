import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import type { ServerPlugin } from '../plugin.ts';
import { isSentByPage, PREFLIGHT_HEADERS } from '../origin.ts';
import { toRefusalError } from '../refusal.ts';

/**
 * Refuses what a browser sends for a foreign page without asking first (a link, a form, an image): the page could make the
 * user pay for it. A GET is answered without a preflight where the browser says which page asks, and the policy of origins
 * has let that page through. Over WebSocket that policy does this at the upgrade.
 */
export const useCsrfPrevention = (): ServerPlugin => {
  const prevention = useCSRFPrevention({ requestHeaders: [...PREFLIGHT_HEADERS] });
  return {
    onRequestParse(payload) {
      const { serverContext } = payload;
      try {
        void prevention.onRequestParse?.(payload);
        serverContext.isPreflighted = true;
      } catch {
        const isGet = payload.request.method === 'GET';
        if (isGet && isSentByPage(serverContext.req)) return;
        throw toRefusalError({
          code: 'FORBIDDEN',
          message: isGet
            ? 'A GET request needs the header graphql-require-preflight, or one of Origin and Sec-Fetch-Site: same-origin as a browser sends it for a script, so that no foreign page can send it.'
            : 'Send application/json, or the header graphql-require-preflight, so that no foreign page can send the request.',
        });
      }
    },
  };
};
