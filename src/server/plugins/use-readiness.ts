import { useReadinessCheck } from 'graphql-yoga';
import { JSON_TYPE } from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type ReadinessChecks, toReadiness } from '../health.ts';

// An answer adds to the headers that it is given.
const createHeaders = () => ({ 'content-type': `${JSON_TYPE}; charset=utf-8` });

/** `/health/live` answers while the process does, `/health/ready` while the server should be sent new work. */
export const useReadiness = (isClosing: () => boolean, checks: ReadinessChecks): ServerPlugin => {
  const live = useReadinessCheck({
    endpoint: '/health/live',
    check: ({ fetchAPI }) =>
      new fetchAPI.Response(JSON.stringify({ status: 'live' }), { headers: createHeaders() }),
  });
  const ready = useReadinessCheck({
    endpoint: '/health/ready',
    check({ fetchAPI }) {
      const readiness = toReadiness(isClosing(), checks);
      return new fetchAPI.Response(JSON.stringify(readiness.body), {
        status: readiness.ready ? 200 : 503,
        headers: createHeaders(),
      });
    },
  });
  return { onPluginInit: ({ addPlugin }) => [live, ready].forEach(addPlugin) };
};
