import { expect } from 'vitest';
import { ModelgraphError } from '../../src/core/errors.ts';
import type { ToolCall } from '../../src/core/generation.ts';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import type { Usage } from '../../src/core/usage.ts';

/** Everything a stream gave until it ended or threw. */
export interface Heard {
  readonly events: readonly StreamEvent[];
  /** undefined: it ended. */
  readonly error: unknown;
}

export const hear = async (stream: AsyncIterable<StreamEvent>): Promise<Heard> => {
  const events: StreamEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
  } catch (error) {
    return { events, error };
  }
  return { events, error: undefined };
};

const COUNTS = ['inputTokens', 'outputTokens', 'totalTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;
const PART_COUNTS = ['reasoningTokens', 'audioInputTokens'] as const;

/** No part is more than the whole it belongs to; what was not reported is null, and a count is a whole number. */
export const expectLawfulUsage = (usage: Usage): void => {
  for (const name of [...COUNTS, ...PART_COUNTS]) {
    const count = usage[name];
    if (count !== null) expect(Number.isSafeInteger(count) && count >= 0, `${name} is ${count}`).toBe(true);
  }
  const { inputTokens, outputTokens, totalTokens } = usage;
  const cached = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
  const parts: readonly (readonly [string, number | null, number | null])[] = [
    ['cache reads', usage.cacheReadTokens, inputTokens],
    ['cache writes', usage.cacheWriteTokens, inputTokens],
    ['cache reads and writes', cached, inputTokens],
    ['audio', usage.audioInputTokens, inputTokens],
    ['reasoning', usage.reasoningTokens, outputTokens],
    ['input', inputTokens, totalTokens],
    ['output', outputTokens, totalTokens],
  ];
  for (const [name, part, whole] of parts)
    if (part !== null && whole !== null) expect(part, name).toBeLessThanOrEqual(whole);
};

const textOf = (events: readonly StreamEvent[], type: 'text-delta' | 'reasoning-delta'): string =>
  events.flatMap((event) => (event.type === type ? [event.text] : [])).join('');

const callsOf = (events: readonly StreamEvent[]): readonly ToolCall[] =>
  events.flatMap((event) => (event.type === 'tool-call' ? [event.toolCall] : []));

/** Fragments of one call add up to that call's arguments and to no other's. */
const expectLawfulCalls = (events: readonly StreamEvent[], isComplete: boolean): void => {
  const calls = callsOf(events);
  const fragments = new Map<string, { name: string; text: string }>();
  for (const event of events) {
    if (event.type !== 'tool-call-delta') continue;
    const known = fragments.get(event.callId) ?? { name: event.name, text: '' };
    expect(event.name, 'a call keeps its name').toBe(known.name);
    fragments.set(event.callId, { name: known.name, text: known.text + event.argumentsDelta });
  }
  const ids = calls.map(({ callId }) => callId);
  expect(new Set(ids).size, 'every call has an id of its own').toBe(ids.length);
  for (const { callId, name, arguments: parsed } of calls) {
    const heard = fragments.get(callId);
    if (heard === undefined) continue;
    expect(heard.name).toBe(name);
    expect(JSON.parse(heard.text)).toEqual(parsed);
  }
  if (isComplete)
    for (const callId of fragments.keys())
      expect(ids, 'a call that was begun is completed').toContain(callId);
};

const deltaOf = (event: StreamEvent): string | undefined => {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-call-delta' ? event.argumentsDelta : undefined;
};

/** The laws that hold for every stream, however it ended. */
export const expectLawful = ({ events, error }: Heard): void => {
  const finishes = events.filter((event) => event.type === 'finish');
  if (error === undefined) {
    expect(finishes, 'a stream that ends has one finish').toHaveLength(1);
    expect(events.at(-1), 'nothing follows it').toBe(finishes[0]);
  } else {
    expect(finishes, 'a stream that throws has no finish').toHaveLength(0);
    expect(error, 'what is thrown is classified').toBeInstanceOf(ModelgraphError);
  }
  for (const event of events) {
    expect(deltaOf(event), `${event.type} is not empty`).not.toBe('');
    if (event.type === 'usage') expectLawfulUsage(event.usage);
    if (event.type === 'finish' && event.usage !== null) expectLawfulUsage(event.usage);
  }
  const [finish] = finishes;
  expectLawfulCalls(events, finish?.reason === 'stop' || finish?.reason === 'tool-calls');
};

/** What a stream said, for comparing it with what a waiting call gave. */
export const saidBy = ({ events }: Heard) => ({
  text: textOf(events, 'text-delta'),
  reasoning: textOf(events, 'reasoning-delta') || null,
  toolCalls: callsOf(events),
});
