import { type CORSOptions, useCORS } from '@whatwg-node/server';
import type { HttpContext } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import { findOriginProblem, type OriginPolicy, PREFLIGHT_HEADERS } from '../origin.ts';
import { PROVIDER_KEY_HEADER } from '../provider-keys.ts';

const ALLOWED: CORSOptions = {
  // Any origin that the policy has let through.
  origin: [],
  credentials: false,
  methods: ['GET', 'POST', 'OPTIONS'],
  allowedHeaders: [
    'authorization',
    'content-type',
    'last-event-id',
    PROVIDER_KEY_HEADER,
    ...PREFLIGHT_HEADERS,
    // What Apollo Client, and tracing in a browser, send with each request.
    'apollographql-client-name',
    'apollographql-client-version',
    'traceparent',
    'tracestate',
    'baggage',
    'sentry-trace',
    'x-request-id',
  ],
  // What pages may read of an answer besides its body.
  exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after'],
  maxAge: 600,
};

/** Asked for by browsers before a page of the internet calls an address of a private network, such as a loopback one. */
const PRIVATE_NETWORK = 'access-control-request-private-network';

/** Answers preflights, and lets pages of allowed origins read answers; a refused origin is told nothing. */
export const useCors = (policy: OriginPolicy): ServerPlugin => {
  const cors = useCORS<HttpContext>((_request, { req }) =>
    findOriginProblem(req, policy) === undefined ? ALLOWED : false,
  );
  return {
    onRequest: (payload) => cors.onRequest?.(payload),
    async onResponse(payload) {
      await cors.onResponse?.(payload);
      const { request, response } = payload;
      const isPreflight = request.method === 'OPTIONS' && request.headers.get(PRIVATE_NETWORK) === 'true';
      if (isPreflight && response.headers.has('access-control-allow-origin'))
        response.headers.set('access-control-allow-private-network', 'true');
    },
  };
};
