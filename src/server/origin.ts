import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../core/is-loopback.ts';

export interface OriginPolicy {
  /** The server listens on a loopback address: only loopback names may lead to it. */
  readonly loopbackOnly: boolean;
  readonly allowedOrigins: readonly string[];
}

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
 * Why a browser's request may not be answered; undefined when it may. The same for requests and for WebSocket upgrades,
 * which no CORS rule of a browser holds back.
 * - A foreign name that leads to a loopback address is a page attacking the user's own machine (DNS rebinding).
 * - A page of another origin may call only if that origin is allowed. Pages served from loopback may: they run on the
 *   user's own machine.
 */
export const findOriginProblem = ({ headers }: IncomingMessage, policy: OriginPolicy): string | undefined => {
  const host = parseHost(headers.host);
  if (policy.loopbackOnly && (host === undefined || !isLoopback(host.hostname)))
    return 'This server answers only under a loopback name, such as 127.0.0.1 or localhost.';
  const { origin } = headers;
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return undefined;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  if (from !== undefined && (from.host === host?.host || isLoopback(from.hostname))) return undefined;
  return `Pages of ${origin} may not call this server. Its operator can allow them in MODELGRAPH_ALLOWED_ORIGINS.`;
};
