import type { IncomingMessage } from 'node:http';
import { RateLimited } from '../../core/rate-limit.ts';
import { JSON_TYPE } from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import type { Authenticate } from '../../services/principals/authenticator.ts';
import { type ReadinessChecks, toReadiness } from '../health.ts';
import type { HealthParts } from '../health-parts.ts';
import type { RateLimits } from '../rate-limits.ts';
import { findOperationsRefusal } from '../see-operations.ts';

const LIVE = '/health/live';
const READY = '/health/ready';

// An answer adds to the headers that it is given.
const createHeaders = () => ({ 'content-type': `${JSON_TYPE}; charset=utf-8` });

export interface ReadinessOptions {
  readonly isClosing: () => boolean;
  readonly readinessChecks: ReadinessChecks;
  /** null where nothing of the catalogue is read again. */
  readonly isCatalogueCurrent: (() => boolean) | null;
  /** Whether rate limits are counted by this server alone. */
  readonly isLimitingAlone?: () => boolean;
  readonly authenticate: Authenticate;
  readonly rateLimits: Pick<RateLimits, 'addresses' | 'findClient'>;
  readonly readParts?: () => HealthParts;
}

/**
 * Whether a request is shown every part, as it is shown the metrics. Credentials count as a request of their address before
 * they are verified, or they could be guessed here without a limit; a request without any counts nowhere.
 */
const isShownParts = async (
  req: IncomingMessage,
  { authenticate, rateLimits: { addresses, findClient } }: ReadinessOptions,
): Promise<boolean> => {
  const { authorization } = req.headers;
  try {
    if (authorization !== undefined && addresses.isAny) await addresses.takeRequest(findClient(req));
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    return false;
  }
  return findOperationsRefusal(await authenticate(authorization)) === undefined;
};

/**
 * `/health/live` answers while the process does, `/health/ready` while the server should be sent new work. Neither needs
 * credentials; those that are shown the metrics are shown every part with its state as well.
 */
export const useReadiness = (options: ReadinessOptions): ServerPlugin => {
  const { isClosing, readinessChecks, isCatalogueCurrent, isLimitingAlone, readParts } = options;
  return {
    onRequest({ url: { pathname }, serverContext: { req }, endResponse, fetchAPI }) {
      const answer = (status: number, body: object): void =>
        endResponse(new fetchAPI.Response(JSON.stringify(body), { status, headers: createHeaders() }));
      if (pathname === LIVE) return answer(200, { status: 'live' });
      if (pathname !== READY) return undefined;
      const { ready, body } = toReadiness(isClosing(), readinessChecks, isCatalogueCurrent, isLimitingAlone);
      const status = ready ? 200 : 503;
      if (readParts === undefined) return answer(status, body);
      return isShownParts(req, options).then((isShown) =>
        answer(status, { ...body, ...(isShown && { parts: readParts() }) }),
      );
    },
  };
};
