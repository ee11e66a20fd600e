import { GENERATE_CONTENT } from '../../../../config/providers/apis.ts';
import { plainRequest } from '../../../support/plain-request.ts';
import type { ModelConfig } from '../../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import type { ProviderConnection, TextProvider } from '../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../src/core/text-request.ts';
import { connectGemini } from '../../../../src/providers/text/gemini/provider.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../../../support/upstream/upstream-server.ts';
import type { Chunk } from './fixtures/hand-made.ts';

/** A request that says hello and asks for nothing. */
export const createRequest = (part: Partial<TextRequest> = {}): TextRequest =>
  plainRequest({ maxOutputTokens: 500, ...part });

export const createConfig = (part: Partial<ModelConfig> = {}): ModelConfig => ({
  name: 'tested',
  provider: 'gemini',
  displayName: 'Tested',
  description: null,
  apiModel: 'gemini-tested',
  ...GENERATE_CONTENT,
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
  citations: true,
  builtInTools: ['web_search', 'code_interpreter', 'url_context'],
  reasoning: { type: 'none' },
  temperature: { type: 'range', min: 0, max: 2, default: 1 },
  sampling: {
    topP: { min: 0, max: 1 },
    topK: { min: 1, max: 100 },
    stopSequences: { max: 5 },
    seed: true,
    presencePenalty: { min: -2, max: 2 },
    frequencyPenalty: { min: -2, max: 2 },
  },
  verbosity: null,
  batch: { type: 'none' },
  pricing: null,
  verifiedAt: '2026-11-22',
  source: 'test',
  ...part,
});

export const connect = (
  baseUrl: string,
  connection: Partial<ProviderConnection> = {},
  config: ModelConfig = createConfig(),
): TextProvider =>
  connectGemini({
    apiKey: 'key-made-up',
    baseUrl,
    connectTimeoutMs: 10_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    demoDelayMs: 0,
    log: { warn: () => undefined },
    ...connection,
  })(config);

export interface Framing {
  readonly lineEnd?: '\n' | '\r\n';
  readonly split?: number;
}

export const toFrames = (chunks: readonly object[], lineEnd = '\r\n'): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}${lineEnd}${lineEnd}`).join('');

/** The answer to a waiting request that a stream's chunks add up to; parts that bear a signature are left as they are. */
export const toWhole = (chunks: readonly Chunk[]): object => {
  const whole: Record<string, unknown> = {};
  const candidate: Record<string, unknown> = {};
  const parts: Record<string, unknown>[] = [];
  for (const { candidates, ...rest } of chunks) {
    Object.assign(whole, rest);
    const { content, ...fields } = candidates?.[0] ?? {};
    Object.assign(candidate, fields);
    for (const part of content?.parts ?? []) {
      const last = parts.at(-1);
      const isText = (at: object | undefined): boolean =>
        at !== undefined && 'text' in at && !('thoughtSignature' in at);
      if (last !== undefined && isText(last) && isText(part) && last['thought'] === part['thought'])
        last['text'] = `${String(last['text'])}${String(part['text'])}`;
      else parts.push({ ...part });
    }
  }
  if (parts.length > 0) candidate['content'] = { role: 'model', parts };
  return Object.keys(candidate).length === 0 ? whole : { ...whole, candidates: [candidate] };
};

/** Answers with these responses, one for each request; whole or as a stream, as the path asks. */
export const startGemini = (
  responses: readonly (readonly Chunk[])[],
  { lineEnd = '\r\n', split }: Framing = {},
): Promise<UpstreamServer> => {
  let served = 0;
  return startUpstream((request) => {
    const chunks = responses[served];
    served += 1;
    if (chunks === undefined)
      return sendJson(request, { error: { code: 418, message: 'no more' } }, { status: 418 });
    if (!isStreamed(request)) return sendJson(request, toWhole(chunks));
    return sendEventStream(request, toFrames(chunks, lineEnd), split === undefined ? {} : { split });
  });
};

export const isStreamed = ({ path }: UpstreamRequest): boolean => path.includes(':streamGenerateContent');

export const bodyOf = (upstream: UpstreamServer, index = 0): Record<string, unknown> =>
  JSON.parse(upstream.requests[index]?.body ?? 'null') as Record<string, unknown>;

/** Everything a stream gave until it ended or threw. */
export const drain = async (
  events: AsyncIterable<StreamEvent>,
): Promise<{ readonly events: readonly StreamEvent[]; readonly error: unknown }> => {
  const seen: StreamEvent[] = [];
  try {
    for await (const event of events) seen.push(event);
  } catch (error) {
    return { events: seen, error };
  }
  return { events: seen, error: undefined };
};

export const never = (): AbortSignal => new AbortController().signal;
