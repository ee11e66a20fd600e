import { type Plugin, useReadinessCheck } from 'graphql-yoga';
import { JSON_TYPE } from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import type { Authenticate } from '../../services/principals/authenticator.ts';
import { type ReadinessChecks, toReadiness } from '../health.ts';
import type { HealthParts } from '../health-parts.ts';
import { findOperationsRefusal } from '../see-operations.ts';

const LIVE = '/health/live';
const READY = '/health/ready';

// An answer adds to the headers that it is given.
const createHeaders = () => ({ 'content-type': `${JSON_TYPE}; charset=utf-8` });

/** The plugin for requests of one path: by itself it would match its pattern against the address of every request. */
const at = (path: string, plugin: Plugin): Plugin => ({
  ...plugin,
  onRequest: (payload) => (payload.url.pathname === path ? plugin.onRequest?.(payload) : undefined),
});

export interface ReadinessOptions {
  readonly isClosing: () => boolean;
  readonly readinessChecks: ReadinessChecks;
  /** null where nothing of the catalogue is read again. */
  readonly isCatalogueCurrent: (() => boolean) | null;
  /** Whether rate limits are counted by this server alone. */
  readonly isLimitingAlone?: () => boolean;
  readonly authenticate: Authenticate;
  readonly readParts?: () => HealthParts;
}

/**
 * `/health/live` answers while the process does, `/health/ready` while the server should be sent new work. Neither needs
 * credentials; those that are shown the metrics are shown every part with its state as well.
 */
export const useReadiness = ({
  isClosing,
  readinessChecks,
  isCatalogueCurrent,
  isLimitingAlone,
  authenticate,
  readParts,
}: ReadinessOptions): ServerPlugin => {
  const live = useReadinessCheck({
    endpoint: LIVE,
    check: ({ fetchAPI }) =>
      new fetchAPI.Response(JSON.stringify({ status: 'live' }), { headers: createHeaders() }),
  });
  const ready = useReadinessCheck({
    endpoint: READY,
    async check({ fetchAPI, request }) {
      const readiness = toReadiness(isClosing(), readinessChecks, isCatalogueCurrent, isLimitingAlone);
      const found = await authenticate(request.headers.get('authorization') ?? undefined);
      const isShown = readParts !== undefined && findOperationsRefusal(found) === undefined;
      const parts = isShown ? { parts: readParts() } : {};
      return new fetchAPI.Response(JSON.stringify({ ...readiness.body, ...parts }), {
        status: readiness.ready ? 200 : 503,
        headers: createHeaders(),
      });
    },
  });
  return { onPluginInit: ({ addPlugin }) => [at(LIVE, live), at(READY, ready)].forEach(addPlugin) };
};
