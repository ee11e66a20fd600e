import type { FixtureExchange } from '../../scripts/record/fixture.ts';
import { sendEventStream, sendJson, type UpstreamRequest } from '../support/upstream/upstream-server.ts';
import { toFrames, type VendorWire } from '../support/upstream/vendor-wire.ts';

/** Answers as the vendor did when it was recorded. */
export const sendRecorded = async (
  wire: VendorWire,
  request: UpstreamRequest,
  exchange: FixtureExchange | undefined,
): Promise<void> => {
  if (exchange === undefined)
    return sendJson(request, { error: { message: 'nothing more was recorded' } }, { status: 418 });
  const { status, headers, payloads, body } = exchange.response;
  if (payloads !== undefined) return sendEventStream(request, toFrames(payloads as readonly object[], wire));
  sendJson(request, body, { status, headers: { ...headers } });
};
