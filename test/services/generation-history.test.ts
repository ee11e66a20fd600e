import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GenerationHistory } from '../../src/services/generation-history.ts';
import type { GenerationRun } from '../../src/services/generation-run.ts';
import { finishEvent, textDelta } from '../support/toy-provider.ts';
import { createRun } from './run-harness.ts';

const STORED = Promise.resolve();
const MANY = { maxFinished: 100, maxSize: 1_000_000, maxAgeMs: 60_000 };

const finishedRun = (id: string, size = 0): GenerationRun => {
  const run = createRun({ id });
  if (size > 0) run.take(textDelta('x'.repeat(size)));
  run.take(finishEvent());
  return run;
};

const keep = (history: GenerationHistory, ...runs: readonly GenerationRun[]): void => {
  for (const run of runs) {
    history.add(run);
    history.finish(run.snapshot(), run.log, STORED);
  }
};

const found = (history: GenerationHistory, ...ids: readonly string[]): string[] =>
  ids.filter((id) => history.find(id) !== undefined);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('the history of generations', () => {
  it('knows live ones and finished ones by id, and nothing else', () => {
    const history = new GenerationHistory(MANY);
    const [live, finished] = [createRun({ id: 'live' }), finishedRun('finished')];
    history.add(live);
    keep(history, finished);
    expect(history.find('live')).toEqual(live.snapshot());
    expect(history.find('finished')).toBe(finished.snapshot());
    expect(history.find('never')).toBeUndefined();
    expect(['live', 'finished'].map((id) => history.findLive(id))).toEqual([live, undefined]);
    expect(history.live()).toEqual([live]);
  });

  it('forgets the oldest finished ones beyond their number', () => {
    const history = new GenerationHistory({ ...MANY, maxFinished: 2 });
    keep(history, finishedRun('a'), finishedRun('b'), finishedRun('c'));
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('forgets the oldest finished ones beyond their size, and counts each only while it is there', () => {
    const history = new GenerationHistory(MANY);
    keep(history, finishedRun('a', 295_000), finishedRun('b', 200_000));
    expect(found(history, 'a', 'b')).toEqual(['a', 'b']);
    keep(history, finishedRun('c', 5_000));
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
    keep(history, finishedRun('d', 290_000));
    expect(found(history, 'b', 'c', 'd')).toEqual(['b', 'c', 'd']);
    keep(history, finishedRun('e', 5_000));
    expect(found(history, 'b', 'c', 'd', 'e')).toEqual(['c', 'd', 'e']);
  });

  it.each([
    ['text', { text: 'x'.repeat(400_000) }],
    ['metadata', { metadata: { note: 'x'.repeat(400_000) } }],
    ['many small values', { metadata: Array.from({ length: 25_000 }, () => 0) }],
    ['output', { output: ['x'.repeat(400_000)] }],
  ])('counts %s', (_what, own) => {
    const history = new GenerationHistory(MANY);
    for (const id of ['a', 'b', 'c']) {
      const run = finishedRun(id);
      history.finish({ ...run.snapshot(), ...own }, run.log, STORED);
    }
    expect(found(history, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('does not keep one that is larger than everything it may hold', () => {
    const history = new GenerationHistory(MANY);
    keep(history, finishedRun('a', 10), finishedRun('huge', 1_000_001));
    expect(found(history, 'a', 'huge')).toEqual([]);
    keep(history, finishedRun('b', 490_000));
    expect(found(history, 'b')).toEqual(['b']);
  });

  it('forgets finished ones when their time has come, also when nothing else happens', () => {
    const history = new GenerationHistory(MANY);
    keep(history, finishedRun('a'));
    vi.advanceTimersByTime(40_000);
    keep(history, finishedRun('b'));
    vi.advanceTimersByTime(20_000);
    expect(found(history, 'a', 'b')).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1);
    expect(found(history, 'a', 'b')).toEqual(['b']);
    vi.advanceTimersByTime(40_000);
    expect(found(history, 'a', 'b')).toEqual([]);
  });

  it('never forgets a live one, however large and old it is', () => {
    const history = new GenerationHistory({ maxFinished: 0, maxSize: 0, maxAgeMs: 0 });
    const run = createRun({ id: 'live' });
    history.add(run);
    run.take(textDelta('x'.repeat(5_000)));
    vi.advanceTimersByTime(1_000_000);
    keep(history, finishedRun('other', 1));
    expect(history.findLive('live')).toBe(run);
  });
});
