import { describe, expect, it } from 'vitest';
import type { GenerationError } from '../../../../src/core/generation.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import type { GenerationRun } from '../../../../src/services/generations/run/generation-run.ts';
import { toArray } from '../../../support/to-array.ts';
import { finishEvent, textDelta } from '../../../support/app/toy-provider.ts';
import { createRun, usageOf } from './run-harness.ts';

const ERROR: GenerationError = {
  code: 'PROVIDER_OVERLOADED',
  message: 'The provider is overloaded.',
  retryable: true,
  retryAfterMs: 1_000,
  provider: 'toy',
  providerStatus: 503,
};

const reasoningDelta = (text: string): StreamEvent => ({ type: 'reasoning-delta', text });
const usageEvent = (input: number, output: number): StreamEvent => ({
  type: 'usage',
  usage: usageOf(input, output),
});
const toolCall = {
  callId: 'c1',
  name: 'add',
  arguments: { a: 1 },
  builtIn: false,
  result: null,
  opaque: null,
};
const citation = { url: 'https://a.example', title: 'A', snippet: null, startIndex: 0, endIndex: 2 };
const warning = {
  code: 'PROVIDER_WARNING',
  message: 'Mind this.',
  path: null,
  from: null,
  to: null,
} as const;

const PRICED = {
  pricing: {
    inputPerMillion: 1,
    outputPerMillion: 2,
    cacheReadPerMillion: null,
    cacheWritePerMillion: null,
    audioInputPerMillion: null,
    tiers: [],
    effectiveDate: null,
  },
} as const;

const play = (run: GenerationRun, ...events: readonly StreamEvent[]): void => {
  run.start('stream');
  for (const event of events) run.take(event);
};

const typesOf = async (run: GenerationRun): Promise<string[]> =>
  (await toArray(run.eventLog.read())).map(({ type, sequence }) => `${sequence} ${type}`);

describe('a generation', () => {
  it('is told as a log that begins with its start, has everything in order and ends once', async () => {
    const run = createRun({ warnings: [warning], model: PRICED });
    play(
      run,
      reasoningDelta('Hm'),
      reasoningDelta('…'),
      textDelta('He'),
      { type: 'tool-call-delta', callId: 'c1', name: 'add', argumentsDelta: '{"a":' },
      { type: 'tool-call', toolCall },
      { type: 'citation', citation },
      { type: 'warning', warning },
      usageEvent(10, 1),
      usageEvent(10, 1),
      textDelta('llo'),
      finishEvent({ usage: usageOf(10, 5), rawReason: 'end_turn' }),
    );
    expect(await typesOf(run)).toEqual([
      '1 GenerationStarted',
      '2 WarningRaised',
      '3 ReasoningDelta',
      '4 ReasoningDelta',
      '5 TextDelta',
      '6 ToolCallDelta',
      '7 ToolCallReady',
      '8 CitationAdded',
      '9 WarningRaised',
      '10 UsageUpdated',
      '11 TextDelta',
      '12 UsageUpdated',
      '13 GenerationCompleted',
    ]);
    const generation = await run.finished;
    expect(generation).toMatchObject({
      id: 'gen_1',
      principalId: 'somebody',
      status: 'completed',
      text: 'Hello',
      reasoning: 'Hm…',
      toolCalls: [toolCall],
      citations: [citation],
      finishReason: 'stop',
      rawFinishReason: 'end_turn',
      usage: usageOf(10, 5),
      warnings: [warning, warning],
      error: null,
      metadata: { ticket: 7 },
      lastSequence: 13,
      createdAt: new Date('2026-11-22T10:00:00Z'),
    });
    expect(generation.cost?.total).toBeCloseTo(20e-6, 12);
    expect(run.snapshot()).toBe(generation);
    expect((await toArray(run.eventLog.read())).at(-1)).toMatchObject({ generation, finishReason: 'stop' });
  });

  it('gives deltas the offset at which they belong, for text and reasoning apart', async () => {
    const run = createRun();
    play(run, reasoningDelta('abc'), textDelta('😀'), reasoningDelta('d'), textDelta('x'), finishEvent());
    const offsets = (await toArray(run.eventLog.read())).flatMap((event) =>
      event.type === 'TextDelta' || event.type === 'ReasoningDelta' ? [[event.text, event.offset]] : [],
    );
    expect(offsets).toEqual([
      ['abc', 0],
      ['😀', 0],
      ['d', 3],
      ['x', 2],
    ]);
  });

  it('passes from queued to running to its end, and shows what there is at each moment', () => {
    const run = createRun();
    expect(run.snapshot()).toMatchObject({
      status: 'queued',
      text: '',
      reasoning: null,
      startedAt: null,
      completedAt: null,
      firstDeltaMs: null,
      lastSequence: 1,
    });
    run.start('stream');
    expect(run.snapshot()).toMatchObject({ status: 'running', completedAt: null, firstDeltaMs: null });
    run.take(textDelta('Hi'));
    const during = run.snapshot();
    expect(during).toMatchObject({ text: 'Hi', lastSequence: 2 });
    expect(during.firstDeltaMs).toBeGreaterThanOrEqual(0);
    run.take(textDelta('!'));
    run.take(finishEvent());
    expect(during.text).toBe('Hi');
    expect(run.snapshot()).toMatchObject({
      status: 'completed',
      text: 'Hi!',
      firstDeltaMs: during.firstDeltaMs,
    });
    expect(run.snapshot().completedAt).toBeInstanceOf(Date);
  });

  it('has no time to the first delta when it was not streamed', async () => {
    const run = createRun();
    run.start('wait');
    run.take(textDelta('Hi'));
    run.take(finishEvent());
    expect((await run.finished).firstDeltaMs).toBeNull();
  });

  it('keeps the usage it was told last when the finish brings none', async () => {
    const run = createRun();
    play(run, usageEvent(10, 3), finishEvent());
    expect((await run.finished).usage).toEqual(usageOf(10, 3));
  });
});

describe('after its end, a generation', () => {
  it.each([
    ['completed', (run: GenerationRun) => run.take(finishEvent())],
    ['cancelled', (run: GenerationRun) => run.cancel()],
    ['failed', (run: GenerationRun) => run.fail(ERROR)],
  ] as const)('that was %s takes nothing more', async (status, end) => {
    const run = createRun();
    play(run, textDelta('Hi'));
    end(run);
    const before = await run.finished;
    run.take(textDelta('late'));
    run.take(usageEvent(1, 1));
    run.take(finishEvent());
    run.cancel();
    run.fail(ERROR);
    expect(run.ended).toBe(true);
    expect(run.snapshot()).toBe(before);
    expect(before).toMatchObject({ status, text: 'Hi' });
    const types = await typesOf(run);
    expect(types.slice(0, 2)).toEqual(['1 GenerationStarted', '2 TextDelta']);
    expect(types.at(-1)).toBe(
      `${before.lastSequence} Generation${status[0]?.toUpperCase() ?? ''}${status.slice(1)}`,
    );
    expect(types).toHaveLength(before.lastSequence);
  });

  it('leaves its upstream alone when that came to its own end, and closes it otherwise', () => {
    const [completed, cancelled, failed] = [createRun(), createRun(), createRun()];
    completed.take(finishEvent());
    cancelled.cancel();
    failed.fail(ERROR);
    expect([completed, cancelled, failed].map(({ signal }) => signal.aborted)).toEqual([false, true, true]);
  });
});

describe('cancelling', () => {
  it.each([
    ['before the provider is called', [], { status: 'cancelled', text: '', usage: null, lastSequence: 2 }],
    [
      'before the first word',
      [usageEvent(12, 0)],
      { status: 'cancelled', text: '', usage: usageOf(12, 0), lastSequence: 3 },
    ],
    [
      'between two words',
      [usageEvent(12, 0), textDelta('Hel'), usageEvent(12, 2)],
      { status: 'cancelled', text: 'Hel', usage: usageOf(12, 2), lastSequence: 5 },
    ],
    [
      'while it reasons',
      [reasoningDelta('Hm')],
      {
        status: 'cancelled',
        text: '',
        reasoning: 'Hm',
        usage: usageOf(1, 1, { source: 'estimated' }),
        lastSequence: 4,
      },
    ],
  ] as const)(
    '%s keeps what there is, and the usage as told or else as estimated',
    async (_phase, events, kept) => {
      const run = createRun();
      if (events.length > 0) run.start('stream');
      for (const event of events) run.take(event);
      run.cancel();
      const generation = await run.finished;
      expect(generation).toMatchObject({ ...kept, finishReason: null, error: null });
      expect((await toArray(run.eventLog.read())).at(-1)).toMatchObject({
        type: 'GenerationCancelled',
        generation,
      });
      expect(run.signal.aborted).toBe(true);
    },
  );
});

describe('failing', () => {
  it('keeps the text and says why', async () => {
    const run = createRun();
    play(run, textDelta('Hel'));
    run.fail(ERROR);
    const generation = await run.finished;
    expect(generation).toMatchObject({ status: 'failed', text: 'Hel', error: ERROR, finishReason: null });
    expect((await toArray(run.eventLog.read())).at(-1)).toMatchObject({
      type: 'GenerationFailed',
      error: ERROR,
      generation,
    });
  });
});

describe('an output limit that reasoning has used up', () => {
  const CODE = 'OUTPUT_BUDGET_SPENT_ON_REASONING';
  const reasoned = finishEvent({ reason: 'length', usage: usageOf(5, 500, { reasoningTokens: 500 }) });
  const limit = finishEvent({ reason: 'length' });

  it.each([
    ['shown reasoning', [reasoningDelta('Hm'), limit]],
    ['counted reasoning', [reasoned]],
  ] as const)('is warned of before the end, by %s and no text', async (_evidence, events) => {
    const run = createRun();
    play(run, ...events);
    expect((await run.finished).warnings).toEqual([
      {
        code: CODE,
        message:
          'The whole output limit went into reasoning and no text was written. Raise maxOutputTokens or lower the effort.',
        path: ['input', 'maxOutputTokens'],
        from: 500,
        to: null,
      },
    ]);
    expect((await toArray(run.eventLog.read())).slice(-2).map(({ type }) => type)).toEqual([
      'WarningRaised',
      'GenerationCompleted',
    ]);
    expect((await run.finished).finishReason).toBe('length');
  });

  it.each([
    ['there is text', [reasoningDelta('Hm'), textDelta('Hi'), limit]],
    ['nothing was reasoned', [limit]],
    ['the end is another', [reasoningDelta('Hm'), finishEvent()]],
  ] as const)('is not warned of when %s', async (_case, events) => {
    const run = createRun();
    play(run, ...events);
    expect((await run.finished).warnings).toEqual([]);
  });
});
