import { type CORSOptions, useCORS } from '@whatwg-node/server';
import type { HttpContext } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import { findOriginProblem, type OriginPolicy } from '../origin.ts';

const ALLOWED: CORSOptions = {
  // Any origin that the policy has let through.
  origin: [],
  credentials: false,
  methods: ['GET', 'POST', 'OPTIONS'],
  allowedHeaders: ['authorization', 'content-type', 'x-graphql-client', 'graphql-require-preflight'],
  maxAge: 600,
};

/** Answers preflights, and lets pages of allowed origins read answers; a refused origin is told nothing. */
export const useCors = (policy: OriginPolicy): ServerPlugin => {
  const cors = useCORS<HttpContext>((_request, { req }) =>
    findOriginProblem(req, policy) === undefined ? ALLOWED : false,
  );
  return {
    onRequest: (payload) => cors.onRequest?.(payload),
    onResponse: (payload) => cors.onResponse?.(payload),
  };
};
