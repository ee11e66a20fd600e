import type { ServerPlugin } from '../plugin.ts';
import { toRefusalError } from '../refusal.ts';

/** Refuses methods that carry no operation. HEAD is among them: a foreign page can send it without being asked. */
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
});
