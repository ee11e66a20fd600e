import { CHAT_COMPLETIONS, RESPONSES } from '../../../../config/providers/apis.ts';
import { plainRequest } from '../../../support/plain-request.ts';
import type { ApiType, ModelConfig } from '../../../../src/core/model-config.ts';
import type { ProviderConnection, TextProvider } from '../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../src/core/text-request.ts';
import { connectOpenAI } from '../../../../src/providers/text/openai/provider.ts';
import {
  sendEventStream,
  startUpstream,
  type UpstreamServer,
} from '../../../support/upstream/upstream-server.ts';

/** A request that says hello and asks for nothing. */
export const createRequest = (part: Partial<TextRequest> = {}): TextRequest =>
  plainRequest({ maxOutputTokens: 500, ...part });

export const createConfig = (apiType: ApiType, part: Partial<ModelConfig> = {}): ModelConfig => ({
  name: 'tested',
  provider: 'openai',
  displayName: 'Tested',
  description: null,
  apiModel: 'tested-2026-01-01',
  ...(apiType === 'chat_completion' ? CHAT_COMPLETIONS : RESPONSES),
  apiType,
  family: null,
  status: { type: 'active' },
  releaseDate: null,
  knowledgeCutoff: null,
  limits: {
    contextWindow: 100_000,
    maxInputTokens: null,
    maxOutputTokens: 10_000,
    defaultMaxOutputTokens: 1000,
  },
  inputModalities: ['text'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: false,
  builtInTools: [],
  reasoning: { type: 'none' },
  temperature: { type: 'unsupported' },
  sampling: {
    topP: null,
    topK: null,
    stopSequences: null,
    seed: false,
    presencePenalty: null,
    frequencyPenalty: null,
  },
  verbosity: null,
  batch: { type: 'none' },
  pricing: null,
  verifiedAt: '2026-11-22',
  source: 'test',
  ...part,
});

export const createConnection = (
  baseUrl: string,
  part: Partial<ProviderConnection> = {},
): ProviderConnection => ({
  apiKey: 'sk-test',
  baseUrl,
  connectTimeoutMs: 10_000,
  firstDeltaTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  demoDelayMs: 0,
  log: { warn: () => undefined },
  ...part,
});

export const connect = (
  baseUrl: string,
  config: ModelConfig,
  connection: Partial<ProviderConnection> = {},
): TextProvider => connectOpenAI(createConnection(baseUrl, connection))(config);

/** How a stream is put on the wire. */
export interface Framing {
  readonly named: boolean;
  readonly lineEnd: '\n' | '\r\n';
  readonly done: boolean;
}

export const frame = (payloads: readonly object[], { named, lineEnd, done }: Framing): string =>
  [
    ...payloads.map((payload) => {
      const name = named && 'type' in payload ? `event: ${String(payload.type)}${lineEnd}` : '';
      return `${name}data: ${JSON.stringify(payload)}${lineEnd}${lineEnd}`;
    }),
    ...(done ? [`data: [DONE]${lineEnd}${lineEnd}`] : []),
  ].join('');

/** A vendor that answers every call with this stream. */
export const startStream = (
  payloads: readonly object[],
  framing: Framing,
  split?: number,
): Promise<UpstreamServer> =>
  startUpstream((request) =>
    sendEventStream(request, frame(payloads, framing), split === undefined ? {} : { split }),
  );

export const never = (): AbortSignal => new AbortController().signal;
