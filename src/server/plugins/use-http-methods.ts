import type { ServerPlugin } from '../plugin.ts';
import { toRefusalError } from '../refusal.ts';

/**
 * Refuses methods that carry no operation; HEAD is among them, since a foreign page can send it without being asked. What is
 * answered to a GET is kept by no cache: it is the principal's own, and an address does not name the principal.
 */
export const useHttpMethods = (): ServerPlugin => ({
  onRequestParse({ request: { method } }) {
    if (method === 'GET' || method === 'POST') return;
    throw toRefusalError({
      code: 'INVALID_REQUEST',
      status: 405,
      message: `${method} is not a method of this address.`,
      headers: { allow: 'GET, POST, OPTIONS' },
    });
  },
  onResponse({ request: { method }, response: { headers } }) {
    if (method === 'GET' && !headers.has('cache-control')) headers.set('cache-control', 'no-store');
  },
});
