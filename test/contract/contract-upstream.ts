import type { ModelConfig } from '../../src/core/model-config.ts';
import type { ProviderConnection, TextProvider } from '../../src/core/text-provider.ts';
import { createConnection } from '../providers/text/openai/openai-harness.ts';
import { type Framing, toFrames } from '../support/upstream/vendor-wire.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../support/upstream/upstream-server.ts';
import type { ContractProvider, VendorProvider } from './providers.ts';
import { findUnknownFields } from './request-shape.ts';
import type { Turn } from './turn.ts';

export interface Answering extends Framing {
  /** How many bytes go out at a time. */
  readonly split?: number;
}

/** Answers with a turn, whole or as a stream, as the request asks. */
export const sendTurn = async (
  { wire }: VendorProvider,
  request: UpstreamRequest,
  turn: Pick<Turn, 'payloads' | 'whole'>,
  { split, ...framing }: Answering = {},
): Promise<void> => {
  if (!wire.isStreamed(request)) return sendJson(request, turn.whole ?? {});
  await sendEventStream(
    request,
    toFrames(turn.payloads, wire, framing),
    split === undefined ? {} : { split },
  );
};

/** A vendor that takes no field it does not know, and leaves the rest to the handler. */
export const startStrictVendor = (
  line: VendorProvider,
  handler: (request: UpstreamRequest) => void | Promise<void>,
): Promise<UpstreamServer> =>
  startUpstream((request) => {
    const unknown = findUnknownFields(line.fields, request);
    if (unknown.length === 0) return handler(request);
    const message = `fields that requestFields of ${line.descriptor.name} does not have: ${unknown.join(', ')}`;
    sendJson(
      request,
      { error: { message, type: 'invalid_request_error', code: 'unknown_field' } },
      { status: 400 },
    );
  });

/** The provider of a line for one of its models, by way of its descriptor. */
export const connectLine = async (
  { descriptor }: Pick<ContractProvider, 'descriptor'>,
  config: ModelConfig,
  baseUrl: string | null,
  connection: Partial<ProviderConnection> = {},
): Promise<TextProvider> => {
  const connect = await descriptor.load();
  return connect({ ...createConnection(baseUrl ?? ''), baseUrl, ...connection })(config);
};
