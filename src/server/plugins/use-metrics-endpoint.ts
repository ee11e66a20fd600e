import type { ServerPlugin } from '../plugin.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Authenticate, Authenticated } from '../../services/principals/authenticator.ts';
import { ModelgraphError } from '../../core/errors.ts';
import { type Refusal, toRefusalResponse } from '../refusal.ts';

const METRICS_PATH = '/metrics';

/** What a principal is refused the metrics for: they are about everyone. */
const findRefusal = (found: Authenticated): Refusal | undefined => {
  if (found instanceof ModelgraphError) return found;
  if (found.kind !== 'user' || found.access.operations.has('admin')) return undefined;
  return { code: 'FORBIDDEN', message: 'Users see the metrics with the operation "admin" only.' };
};

/** Serves what Prometheus scrapes, to keys where keys are set, and to users that have the operation for it. */
export const useMetricsEndpoint = (
  metrics: Pick<Metrics, 'scrape'>,
  authenticate: Authenticate,
): ServerPlugin => ({
  async onRequest({ url, serverContext, endResponse, fetchAPI }) {
    if (url.pathname !== METRICS_PATH) return;
    const { req } = serverContext;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const message = `${req.method} is not a method of this address.`;
      const headers = { allow: 'GET, HEAD' };
      endResponse(
        toRefusalResponse({ code: 'INVALID_REQUEST', status: 405, message, headers }, serverContext),
      );
      return;
    }
    const refusal = findRefusal(await authenticate(req.headers.authorization));
    if (refusal !== undefined) endResponse(toRefusalResponse(refusal, serverContext));
    else {
      const { contentType, body } = await metrics.scrape();
      endResponse(
        new fetchAPI.Response(body, {
          headers: { 'content-type': contentType, 'cache-control': 'no-store' },
        }),
      );
    }
  },
});
