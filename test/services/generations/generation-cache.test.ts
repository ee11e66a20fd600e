import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GenerationHistory } from '../../../src/services/generations/generation-cache.ts';
import type { GenerationRun } from '../../../src/services/generations/run/generation-run.ts';
import { finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import { createRun } from './run/run-harness.ts';

const STORED = Promise.resolve();
const MANY = { maxFinished: 100, maxSize: 1_000_000, maxAgeMs: 60_000 };

const finishedRun = (id: string, size = 0): GenerationRun => {
  const run = createRun({ id });
  if (size > 0) run.take(textDelta('x'.repeat(size)));
  run.take(finishEvent());
  return run;
};

const keep = async (history: GenerationHistory, ...runs: readonly GenerationRun[]): Promise<void> => {
  for (const run of runs) {
    history.add(run);
    history.finish(run.snapshot(), run.log, STORED);
    await STORED;
  }
};

const found = (history: GenerationHistory, ...ids: readonly string[]): string[] =>
  ids.filter((id) => history.find(id) !== undefined);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('the history of generations', () => {
  it('knows live ones and finished ones by id, and nothing else', async () => {
    const history = new GenerationHistory(MANY);
    const [live, finished] = [createRun({ id: 'live' }), finishedRun('finished')];
    history.add(live);
    await keep(history, finished);
    expect(history.find('live')).toEqual(live.snapshot());
    expect(history.find('finished')).toBe(finished.snapshot());
    expect(history.find('never')).toBeUndefined();
    expect(['live', 'finished'].map((id) => history.findLive(id))).toEqual([live, undefined]);
    expect(history.live()).toEqual([live]);
  });

  it('forgets the oldest finished ones beyond their number', async () => {
    const history = new GenerationHistory({ ...MANY, maxFinished: 2 });
    await keep(history, finishedRun('a'), finishedRun('b'), finishedRun('c'));
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('forgets the oldest finished ones beyond their size, and counts each only while it is there', async () => {
    const history = new GenerationHistory(MANY);
    await keep(history, finishedRun('a', 295_000), finishedRun('b', 200_000));
    expect(found(history, 'a', 'b')).toEqual(['a', 'b']);
    await keep(history, finishedRun('c', 5_000));
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
    await keep(history, finishedRun('d', 290_000));
    expect(found(history, 'b', 'c', 'd')).toEqual(['b', 'c', 'd']);
    await keep(history, finishedRun('e', 5_000));
    expect(found(history, 'b', 'c', 'd', 'e')).toEqual(['c', 'd', 'e']);
  });

  it.each([
    ['text', { text: 'x'.repeat(400_000) }],
    ['metadata', { metadata: { note: 'x'.repeat(400_000) } }],
    ['many small values', { metadata: Array.from({ length: 25_000 }, () => 0) }],
    ['output', { output: ['x'.repeat(400_000)] }],
  ])('counts %s', async (_what, own) => {
    const history = new GenerationHistory(MANY);
    for (const id of ['a', 'b', 'c']) {
      const run = finishedRun(id);
      history.finish({ ...run.snapshot(), ...own }, run.log, STORED);
      await STORED;
    }
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('does not keep one that is larger than everything it may hold', async () => {
    const history = new GenerationHistory(MANY);
    await keep(history, finishedRun('a', 10), finishedRun('huge', 1_000_001));
    expect(found(history, 'a', 'huge')).toEqual([]);
    await keep(history, finishedRun('b', 490_000));
    expect(found(history, 'b')).toEqual(['b']);
  });

  it('forgets finished ones when their time has come, also when nothing else happens', async () => {
    const history = new GenerationHistory(MANY);
    await keep(history, finishedRun('a'));
    vi.advanceTimersByTime(40_000);
    await keep(history, finishedRun('b'));
    vi.advanceTimersByTime(20_000);
    expect(found(history, 'a', 'b')).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1);
    expect(found(history, 'a', 'b')).toEqual(['b']);
    vi.advanceTimersByTime(40_000);
    expect(found(history, 'a', 'b')).toEqual([]);
  });

  it('never forgets a live one, however large and old it is', async () => {
    const history = new GenerationHistory({ maxFinished: 0, maxSize: 0, maxAgeMs: 0 });
    const run = createRun({ id: 'live' });
    history.add(run);
    run.take(textDelta('x'.repeat(5_000)));
    vi.advanceTimersByTime(1_000_000);
    await keep(history, finishedRun('other', 1));
    expect(history.findLive('live')).toBe(run);
  });
});
