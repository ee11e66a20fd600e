import { type Plugin, useReadinessCheck } from 'graphql-yoga';
import { JSON_TYPE } from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type ReadinessChecks, toReadiness } from '../health.ts';

const LIVE = '/health/live';
const READY = '/health/ready';

// An answer adds to the headers that it is given.
const createHeaders = () => ({ 'content-type': `${JSON_TYPE}; charset=utf-8` });

/** The plugin for requests of one path: by itself it would match its pattern against the address of every request. */
const at = (path: string, plugin: Plugin): Plugin => ({
  ...plugin,
  onRequest: (payload) => (payload.url.pathname === path ? plugin.onRequest?.(payload) : undefined),
});

/** `/health/live` answers while the process does, `/health/ready` while the server should be sent new work. */
export const useReadiness = (
  isClosing: () => boolean,
  checks: ReadinessChecks,
  isCatalogueCurrent: (() => boolean) | null,
  isLimitingAlone: (() => boolean) | undefined,
): ServerPlugin => {
  const live = useReadinessCheck({
    endpoint: LIVE,
    check: ({ fetchAPI }) =>
      new fetchAPI.Response(JSON.stringify({ status: 'live' }), { headers: createHeaders() }),
  });
  const ready = useReadinessCheck({
    endpoint: READY,
    check({ fetchAPI }) {
      const readiness = toReadiness(isClosing(), checks, isCatalogueCurrent, isLimitingAlone);
      return new fetchAPI.Response(JSON.stringify(readiness.body), {
        status: readiness.ready ? 200 : 503,
        headers: createHeaders(),
      });
    },
  });
  return { onPluginInit: ({ addPlugin }) => [at(LIVE, live), at(READY, ready)].forEach(addPlugin) };
};
