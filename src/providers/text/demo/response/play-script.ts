import { setTimeout } from 'node:timers/promises';
import { ProviderError } from '../../../../core/errors.ts';
import type { FinishReason, Warning } from '../../../../core/generation.ts';
import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderConnection } from '../../../../core/text-provider.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import type { Usage } from '../../../../core/usage.ts';
import { findArguments, unparsableArguments } from '../../../shared/reading/parse-arguments.ts';
import type { DemoStep } from '../request/demo-script.ts';
import { countInputWords, splitWords } from '../request/request-text.ts';

const PROVIDER = 'demo';
const DELTAS_PER_USAGE = 50;
const MODEL_NOTICE =
  'demo is not a language model: its answers are scripted, and the same request gives the same answer.';

interface Play {
  readonly steps: Iterable<DemoStep>;
  readonly request: TextRequest;
  readonly connection: ProviderConnection;
  /** Waited for before each delta. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
}

const NOTICE: Warning = {
  code: 'PROVIDER_WARNING',
  message: MODEL_NOTICE,
  path: null,
  from: null,
  to: null,
};

const cutAtStop = (text: string, stopSequences: readonly string[]): string => {
  const ends = stopSequences.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  return text.slice(0, Math.min(text.length, ...ends));
};

function* deltasOf(step: DemoStep, stopSequences: readonly string[]): Generator<StreamEvent> {
  switch (step.type) {
    case 'reasoning':
      for (const text of splitWords(step.text)) yield { type: 'reasoning-delta', text };
      break;
    case 'text':
    case 'cited-text':
      for (const text of splitWords(cutAtStop(step.text, stopSequences))) yield { type: 'text-delta', text };
      break;
    case 'tool-call':
      for (const [argumentsDelta] of step.argumentsText.matchAll(/.{1,6}/gsu))
        yield { type: 'tool-call-delta', callId: step.callId, name: step.name, argumentsDelta };
      break;
    case 'silence':
    case 'refuse':
    case 'end-without-finish':
    case 'fail':
      break;
  }
}

const toCitation = ({ text, source }: DemoStep & { type: 'cited-text' }, endIndex: number): StreamEvent => ({
  type: 'citation',
  citation: { ...source, snippet: text, startIndex: endIndex - text.length, endIndex },
});

const getArguments = (
  { callId, name, argumentsText }: DemoStep & { type: 'tool-call' },
  { log }: ProviderConnection,
): JsonValue => {
  const call = { callId, name, arguments: argumentsText };
  const parsed = findArguments(call);
  if (parsed === undefined) throw unparsableArguments(call, PROVIDER, log);
  return parsed;
};

/** What a play has given so far, in words; the text in UTF-16 code units. */
interface Counts {
  readonly inputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  textLength: number;
}

const toUsage = ({ inputTokens, outputTokens, reasoningTokens }: Counts): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens,
  audioInputTokens: null,
  source: 'provider',
});

const count = (counts: Counts, delta: StreamEvent): void => {
  counts.outputTokens += 1;
  if (delta.type === 'reasoning-delta') counts.reasoningTokens += 1;
  if (delta.type === 'text-delta') counts.textLength += delta.text.length;
};

const toFinish = (reason: FinishReason, counts: Counts): StreamEvent => ({
  type: 'finish',
  reason,
  rawReason: reason.replace('-', '_'),
  usage: toUsage(counts),
  state: null,
});

/**
 * The events of a script, one delta after each pause, cut off where the request's output limit is reached. Words (and
 * pieces of tool arguments) are what it counts as tokens. Ends or throws as the script says; rejects at once on abort.
 */
export async function* playScript(play: Play): AsyncGenerator<StreamEvent> {
  const { request, connection, pause, signal } = play;
  const stopSequences = request.stopSequences ?? [];
  const counts: Counts = {
    inputTokens: countInputWords(request),
    outputTokens: 0,
    reasoningTokens: 0,
    textLength: 0,
  };

  yield { type: 'warning', warning: NOTICE };
  let called = false;
  for (const step of play.steps) {
    for (const delta of deltasOf(step, stopSequences)) {
      if (counts.outputTokens >= request.maxOutputTokens) {
        yield toFinish('length', counts);
        return;
      }
      await pause();
      count(counts, delta);
      yield delta;
      if (counts.outputTokens % DELTAS_PER_USAGE === 0) yield { type: 'usage', usage: toUsage(counts) };
    }
    switch (step.type) {
      case 'reasoning':
        break;
      case 'text':
      case 'cited-text':
        if (cutAtStop(step.text, stopSequences) !== step.text) {
          yield toFinish('stop', counts);
          return;
        }
        if (step.type === 'cited-text') yield toCitation(step, counts.textLength);
        break;
      case 'refuse':
        yield toFinish('content-filter', counts);
        return;
      case 'tool-call': {
        const { callId, name } = step;
        const parsed = getArguments(step, connection);
        called = true;
        yield {
          type: 'tool-call',
          toolCall: { callId, name, arguments: parsed, builtIn: false, result: null, opaque: null },
        };
        break;
      }
      case 'silence':
        await setTimeout(connection.idleTimeoutMs, undefined, { signal });
        throw new ProviderError('STREAM_STALLED', { provider: PROVIDER });
      case 'end-without-finish':
        return;
      case 'fail':
        await pause();
        throw new ProviderError(step.code, { provider: PROVIDER, retryAfterMs: step.retryAfterMs });
    }
  }
  yield toFinish(called ? 'tool-calls' : 'stop', counts);
}
