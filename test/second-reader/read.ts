import { createRequire } from 'node:module';
import type { ApiType } from '../../src/core/model-config.ts';
import { type Form, recordedForm } from '../conformance/ask.ts';
import { type Outcome, toGenerationResult } from '../conformance/outcome.ts';
import type { AskedRecording } from '../conformance/recordings.ts';
import type { Exchange, Raw } from '../support/upstream/replay.ts';

/** What both readers make of a turn. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  /** Calls for the client: id, name, arguments. Gemini's have no ids: each reader makes them up, and they are left out. */
  readonly toolCalls: readonly unknown[];
  /** Names of the tools the provider has run, in their order. */
  readonly builtInCalls: readonly string[];
  readonly finishReason: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Addresses of the sources named, each once, sorted. */
  readonly sources: readonly string[];
}

const FAILED: Reading = {
  text: '',
  reasoning: '',
  toolCalls: [],
  builtInCalls: [],
  finishReason: 'failed',
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  sources: [],
};

const require = createRequire(import.meta.url);

const isInstalled = (): boolean => {
  try {
    require.resolve('@ai-sdk/openai');
    return true;
  } catch {
    return false;
  }
};

/** Whether `npm ci --prefix test/second-reader` was run. */
export const hasSecondReader = isInstalled();

/** As much of the other reader's interface as is used: it is no dependency of this project. */
interface Model {
  doStream(options: object): Promise<{ readonly stream: AsyncIterable<Raw> }>;
  doGenerate(options: object): Promise<Raw>;
}

const connect = ({ provider, apiType, apiModel }: AskedRecording, baseURL: string): Model => {
  const settings = { apiKey: 'made-up', baseURL };
  switch (provider) {
    case 'openai':
      return openai(apiType)(settings, apiModel);
    case 'anthropic':
      return require('@ai-sdk/anthropic').createAnthropic(settings).languageModel(apiModel);
    case 'gemini':
      return require('@ai-sdk/google').createGoogle(settings).languageModel(apiModel);
    case 'groq':
      return require('@ai-sdk/groq').createGroq(settings).languageModel(apiModel);
    case 'deepseek':
      return require('@ai-sdk/deepseek').createDeepSeek(settings).languageModel(apiModel);
    case 'xai':
      return require('@ai-sdk/xai').createXai(settings).responses(apiModel);
    default:
      throw new Error(`nobody else reads ${provider}`);
  }
};

const openai =
  (apiType: ApiType) =>
  (settings: object, apiModel: string): Model => {
    const vendor = require('@ai-sdk/openai').createOpenAI(settings);
    return apiType === 'chat_completion' ? vendor.chat(apiModel) : vendor.responses(apiModel);
  };

const PROMPT = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] };

/** What an answer's parts come to, whether they came one by one or all at once. */
const toReading = (provider: string, parts: readonly Raw[], finish: Raw): Reading => {
  const pieces = (type: string): readonly Raw[] =>
    parts.filter((part) => part.type === type || part.type === `${type}-delta`);
  const reasoning = new Map<string, string>();
  for (const [index, { id = index, delta, text }] of pieces('reasoning').entries())
    reasoning.set(String(id), (reasoning.get(String(id)) ?? '') + (delta ?? text));
  const calls = parts.filter(({ type }) => type === 'tool-call');
  const { inputTokens, outputTokens } = finish.usage;
  return {
    text: pieces('text')
      .map(({ delta, text }) => delta ?? text)
      .join(''),
    reasoning: [...reasoning.values()].filter((text) => text !== '').join('\n\n'),
    toolCalls: calls
      .filter(({ providerExecuted }) => providerExecuted !== true)
      .map(({ toolCallId, toolName, input }) => [
        idOf(provider, toolCallId),
        toolName,
        JSON.parse(input || '{}'),
      ]),
    builtInCalls: calls
      .filter(({ providerExecuted }) => providerExecuted === true)
      .map(({ toolName }) => toolName),
    finishReason: finish.finishReason.unified,
    inputTokens: inputTokens.total ?? null,
    outputTokens: outputTokens.total ?? null,
    cacheReadTokens: inputTokens.cacheRead ?? null,
    cacheWriteTokens: inputTokens.cacheWrite ?? null,
    reasoningTokens: outputTokens.reasoning ?? null,
    sources: sorted(parts.filter(({ type }) => type === 'source').map(({ url }) => url)),
  };
};

const idOf = (provider: string, callId: string): string | null => (provider === 'gemini' ? null : callId);

const sorted = (urls: readonly (string | null | undefined)[]): string[] =>
  [...new Set(urls.filter((url) => typeof url === 'string'))].toSorted();

const readOnce = async (provider: string, model: Model, form: Form): Promise<Reading> => {
  try {
    if (form === 'whole') {
      const { content, ...finish } = await model.doGenerate(PROMPT);
      return toReading(provider, content, finish);
    }
    const parts: Raw[] = [];
    const { stream } = await model.doStream(PROMPT);
    for await (const part of stream) parts.push(part);
    const finish = parts.find(({ type }) => type === 'finish');
    if (finish === undefined || parts.some(({ type }) => type === 'error')) return FAILED;
    return toReading(provider, parts, finish);
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('AI_')) return FAILED;
    throw error;
  }
};

const sum = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

/** One turn in two exchanges. */
const join = (a: Reading, b: Reading): Reading => ({
  text: a.text + b.text,
  reasoning: [a.reasoning, b.reasoning].filter((text) => text !== '').join('\n\n'),
  toolCalls: [...a.toolCalls, ...b.toolCalls],
  builtInCalls: [...a.builtInCalls, ...b.builtInCalls],
  finishReason: b.finishReason,
  inputTokens: sum(a.inputTokens, b.inputTokens),
  outputTokens: sum(a.outputTokens, b.outputTokens),
  cacheReadTokens: sum(a.cacheReadTokens, b.cacheReadTokens),
  cacheWriteTokens: sum(a.cacheWriteTokens, b.cacheWriteTokens),
  reasoningTokens: sum(a.reasoningTokens, b.reasoningTokens),
  sources: sorted([...a.sources, ...b.sources]),
});

/** The other reader's reading of these exchanges, which are one turn, from what that address serves. */
export const readTurn = async (
  recording: AskedRecording,
  baseUrl: string,
  exchanges: readonly Exchange[],
): Promise<Reading> => {
  const model = connect(recording, baseUrl);
  let reading: Reading | undefined;
  for (const exchange of exchanges) {
    const next = await readOnce(recording.provider, model, recordedForm(exchange));
    reading = reading === undefined ? next : join(reading, next);
  }
  return reading ?? FAILED;
};

/** Our own reading, in the same terms. */
export const toOwnReading = ({ provider }: AskedRecording, outcome: Outcome): Reading => {
  if (outcome.error !== null) return FAILED;
  const { text, reasoning, toolCalls, finishReason, usage, citations } = toGenerationResult(outcome);
  return {
    text,
    reasoning: reasoning ?? '',
    toolCalls: toolCalls
      .filter(({ builtIn }) => !builtIn)
      .map((call) => [idOf(provider, call.callId), call.name, call.arguments]),
    builtInCalls: toolCalls.filter(({ builtIn }) => builtIn).map(({ name }) => name),
    finishReason,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    cacheReadTokens: usage?.cacheReadTokens ?? null,
    cacheWriteTokens: usage?.cacheWriteTokens ?? null,
    reasoningTokens: usage?.reasoningTokens ?? null,
    sources: sorted(citations.map(({ url }) => url)),
  };
};
