import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../core/is-loopback.ts';

export interface OriginPolicy {
  /** The server listens on a loopback address: only loopback names may lead to it. */
  readonly loopbackOnly: boolean;
  /** Origins as browsers send them, and patterns of the form `https://*.example.com`. */
  readonly allowedOrigins: readonly string[];
}

/** Headers that a browser asks for before it sends them, so that a request with one of them is no foreign page's. */
export const PREFLIGHT_HEADERS = [
  'x-graphql-client',
  'graphql-require-preflight',
  'apollo-require-preflight',
] as const;

const parseHost = (host: string | undefined): URL | undefined =>
  host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;

/** Whether a request names several hosts, which a server has to refuse (RFC 9112, section 3.2). */
export const hasSeveralHosts = ({ rawHeaders }: IncomingMessage): boolean => {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
};

/**
 * Whether a name leads a browser to its own machine. Names below `localhost` do (RFC 6761, section 6.3): browsers resolve them
 * without asking a name server, so that a foreign page can have none of them.
 */
const isLoopbackName = (hostname: string): boolean =>
  isLoopback(hostname) || hostname.endsWith('.localhost') || /^\[::ffff:7f[\da-f]{2}:/.test(hostname);

/** One or more whole labels of a name, as browsers write them. */
const LABELS = /^[a-z\d_-]+(\.[a-z\d_-]+)*$/;

/** Whether an origin is the one of an entry, or one of those that an entry with `*` in place of labels stands for. */
const matchesOrigin = (entry: string, origin: string): boolean => {
  const star = entry.indexOf('*');
  if (star < 0) return entry === origin;
  const before = entry.slice(0, star);
  const after = entry.slice(star + 1);
  return (
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    LABELS.test(origin.slice(before.length, Math.max(before.length, origin.length - after.length)))
  );
};

/** An origin of a page, written as browsers write it; undefined for anything else, such as one with a user or a path. */
const parseOrigin = (origin: string): URL | undefined => {
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return origin === `${url.protocol}//${url.host}` ? url : undefined;
};

/**
 * Why a browser's request may not be answered; undefined when it may. The same for requests and for WebSocket upgrades,
 * which no CORS rule of a browser holds back.
 * - A foreign name that leads to a loopback address is a page attacking the user's own machine (DNS rebinding).
 * - A page of another origin may call only if that origin is allowed. Pages served from loopback may: they run on the
 *   user's own machine.
 */
export const findOriginProblem = ({ headers }: IncomingMessage, policy: OriginPolicy): string | undefined => {
  const host = parseHost(headers.host);
  if (policy.loopbackOnly && (host === undefined || !isLoopbackName(host.hostname)))
    return 'This server answers only under a loopback name, such as 127.0.0.1 or localhost.';
  const { origin } = headers;
  if (origin === undefined || policy.allowedOrigins.some((entry) => matchesOrigin(entry, origin)))
    return undefined;
  const from = parseOrigin(origin);
  if (from !== undefined && (from.host === host?.host || isLoopbackName(from.hostname))) return undefined;
  return `Pages of ${origin} may not call this server. Its operator can allow them in MODELGRAPH_ALLOWED_ORIGINS.`;
};

/**
 * Whether a browser says that a script of a page sends this request, which the policy of origins has let through: with the
 * page's `Origin` (a `fetch` or an EventSource to another origin), or, to its own origin, with Fetch Metadata alone. No script
 * can set these headers. What a page embeds or leads to (an image, a frame, a link) has neither, or another destination.
 */
export const isSentByPage = ({ headers }: IncomingMessage): boolean => {
  const destination = headers['sec-fetch-dest'];
  if (headers.origin !== undefined) return destination === undefined || destination === 'empty';
  return headers['sec-fetch-site'] === 'same-origin' && destination === 'empty';
};
