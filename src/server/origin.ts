import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../core/is-loopback.ts';

export interface OriginPolicy {
  /** The server listens on a loopback address: only loopback names may lead to it. */
  readonly loopbackOnly: boolean;
  readonly allowedOrigins: readonly string[];
}

const parseHost = (host: string | undefined): URL | undefined =>
  host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;

/**
 * Why a browser's request may not be answered; undefined when it may.
 * - A foreign name that leads to a loopback address is a page attacking the user's own machine (DNS rebinding).
 * - A page of another origin may call only if that origin is allowed. Pages served from loopback may: they run on the
 *   user's own machine.
 */
export const findOriginProblem = (request: IncomingMessage, policy: OriginPolicy): string | undefined => {
  const host = parseHost(request.headers.host);
  if (policy.loopbackOnly && (host === undefined || !isLoopback(host.hostname)))
    return 'This server answers only under a loopback name, such as 127.0.0.1 or localhost.';
  const { origin } = request.headers;
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return undefined;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  if (from !== undefined && (from.host === host?.host || isLoopback(from.hostname))) return undefined;
  return `Pages of ${origin} may not call this server. Its operator can allow them in MODELGRAPH_ALLOWED_ORIGINS.`;
};

/** CORS headers for an origin that has been found in order. */
export const corsHeaders = (request: IncomingMessage): Record<string, string> => {
  const { origin } = request.headers;
  return origin === undefined
    ? { vary: 'Origin' }
    : { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-max-age': '600' };
};

const SIMPLE_CONTENT_TYPES = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;
const PREFLIGHT_HEADERS = ['x-graphql-client', 'graphql-require-preflight'];

/**
 * Whether a browser would have asked before sending this request from a foreign page. One that it sends without asking
 * (a link, a form, an EventSource) must not be executed: the page could make the user pay for it.
 */
export const isPreflighted = (request: IncomingMessage): boolean => {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !SIMPLE_CONTENT_TYPES.test(contentType)) return true;
  return PREFLIGHT_HEADERS.some((name) => request.headers[name] !== undefined);
};
