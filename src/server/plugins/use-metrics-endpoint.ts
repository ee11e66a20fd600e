import type { ServerPlugin } from '../plugin.ts';
import type { Metrics, MetricsFormat } from '../../telemetry/metrics.ts';
import type { Authenticate } from '../../services/principals/authenticator.ts';
import { toRefusalResponse } from '../refusal.ts';
import { findOperationsRefusal } from '../see-operations.ts';

const METRICS_PATH = '/metrics';

/** Prometheus names the formats that it takes, the one it likes best first; others take what there always was. */
const toFormat = (accept: string | undefined): MetricsFormat =>
  accept?.includes('application/openmetrics-text') === true ? 'open-metrics' : 'prometheus';

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
    const refusal = findOperationsRefusal(await authenticate(req.headers.authorization));
    if (refusal !== undefined) endResponse(toRefusalResponse(refusal, serverContext));
    else {
      const { contentType, body } = await metrics.scrape(toFormat(req.headers.accept));
      endResponse(
        new fetchAPI.Response(body, {
          headers: { 'content-type': contentType, 'cache-control': 'no-store', vary: 'Accept' },
        }),
      );
    }
  },
});
