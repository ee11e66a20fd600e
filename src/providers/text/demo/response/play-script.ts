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
      for (const text of splitWords(cutAtStop(step.text, stopSequences))) yield { type: 'text-delta', text };
      break;
    case 'tool-call':
      for (const [argumentsDelta] of step.argumentsText.matchAll(/.{1,6}/gsu))
        yield { type: 'tool-call-delta', callId: step.callId, name: step.name, argumentsDelta };
      break;
    case 'silence':
    case 'end-without-finish':
    case 'fail':
      break;
  }
}

const getArguments = (
  { callId, name, argumentsText }: DemoStep & { type: 'tool-call' },
  { log }: ProviderConnection,
): JsonValue => {
  const call = { callId, name, arguments: argumentsText };
  const parsed = findArguments(call);
  if (parsed === undefined) throw unparsableArguments(call, PROVIDER, log);
  return parsed;
};

/**
 * The events of a script, one delta after each pause, cut off where the request's output limit is reached. Words (and
 * pieces of tool arguments) are what it counts as tokens. Ends or throws as the script says; rejects at once on abort.
 */
export async function* playScript(play: Play): AsyncGenerator<StreamEvent> {
  const { request, connection, pause, signal } = play;
  const stopSequences = request.stopSequences ?? [];
  const inputTokens = countInputWords(request);
  let outputTokens = 0;
  let reasoningTokens = 0;
  const usage = (): Usage => ({
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens,
    audioInputTokens: null,
    source: 'provider',
  });
  const finish = (reason: FinishReason): StreamEvent => ({
    type: 'finish',
    reason,
    rawReason: reason.replace('-', '_'),
    usage: usage(),
    state: null,
  });

  yield { type: 'warning', warning: NOTICE };
  let called = false;
  for (const step of play.steps) {
    for (const delta of deltasOf(step, stopSequences)) {
      if (outputTokens >= request.maxOutputTokens) {
        yield finish('length');
        return;
      }
      await pause();
      outputTokens += 1;
      if (delta.type === 'reasoning-delta') reasoningTokens += 1;
      yield delta;
      if (outputTokens % DELTAS_PER_USAGE === 0) yield { type: 'usage', usage: usage() };
    }
    switch (step.type) {
      case 'reasoning':
        break;
      case 'text':
        if (cutAtStop(step.text, stopSequences) === step.text) break;
        yield finish('stop');
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
  yield finish(called ? 'tool-calls' : 'stop');
}
