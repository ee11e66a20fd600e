import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GenerationCache } from '../../../src/services/generations/generation-cache.ts';
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

const keep = async (cache: GenerationCache, ...runs: readonly GenerationRun[]): Promise<void> => {
  for (const run of runs) {
    cache.add(run);
    void cache.finish(run.snapshot(), run.eventLog, STORED);
    await STORED;
  }
};

const found = (cache: GenerationCache, ...ids: readonly string[]): string[] =>
  ids.filter((id) => cache.find(id) !== undefined);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('the cache of generations', () => {
  it('knows live ones and finished ones by id, and nothing else', async () => {
    const cache = new GenerationCache(MANY);
    const [live, finished] = [createRun({ id: 'live' }), finishedRun('finished')];
    cache.add(live);
    await keep(cache, finished);
    expect(cache.find('live')).toEqual(live.snapshot());
    expect(cache.find('finished')).toBe(finished.snapshot());
    expect(cache.find('never')).toBeUndefined();
    expect(['live', 'finished'].map((id) => cache.findLive(id))).toEqual([live, undefined]);
    expect(cache.live()).toEqual([live]);
  });

  it('forgets the oldest finished ones beyond their number', async () => {
    const cache = new GenerationCache({ ...MANY, maxFinished: 2 });
    await keep(cache, finishedRun('a'), finishedRun('b'), finishedRun('c'));
    expect(found(cache, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('forgets the oldest finished ones beyond their size, and counts each only while it is there', async () => {
    const cache = new GenerationCache(MANY);
    await keep(cache, finishedRun('a', 295_000), finishedRun('b', 200_000));
    expect(found(cache, 'a', 'b')).toEqual(['a', 'b']);
    await keep(cache, finishedRun('c', 5_000));
    expect(found(cache, 'a', 'b', 'c')).toEqual(['b', 'c']);
    await keep(cache, finishedRun('d', 290_000));
    expect(found(cache, 'b', 'c', 'd')).toEqual(['b', 'c', 'd']);
    await keep(cache, finishedRun('e', 5_000));
    expect(found(cache, 'b', 'c', 'd', 'e')).toEqual(['c', 'd', 'e']);
  });

  it.each([
    ['text', { text: 'x'.repeat(400_000) }],
    ['metadata', { metadata: { note: 'x'.repeat(400_000) } }],
    ['many small values', { metadata: Array.from({ length: 25_000 }, () => 0) }],
    ['output', { output: ['x'.repeat(400_000)] }],
  ])('counts %s', async (_what, own) => {
    const cache = new GenerationCache(MANY);
    for (const id of ['a', 'b', 'c']) {
      const run = finishedRun(id);
      void cache.finish({ ...run.snapshot(), ...own }, run.eventLog, STORED);
      await STORED;
    }
    expect(found(cache, 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('does not keep one that is larger than everything it may hold', async () => {
    const cache = new GenerationCache(MANY);
    await keep(cache, finishedRun('a', 10), finishedRun('huge', 1_000_001));
    expect(found(cache, 'a', 'huge')).toEqual([]);
    await keep(cache, finishedRun('b', 490_000));
    expect(found(cache, 'b')).toEqual(['b']);
  });

  it('forgets finished ones when their time has come, also when nothing else happens', async () => {
    const cache = new GenerationCache(MANY);
    await keep(cache, finishedRun('a'));
    vi.advanceTimersByTime(40_000);
    await keep(cache, finishedRun('b'));
    vi.advanceTimersByTime(20_000);
    expect(found(cache, 'a', 'b')).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1);
    expect(found(cache, 'a', 'b')).toEqual(['b']);
    vi.advanceTimersByTime(40_000);
    expect(found(cache, 'a', 'b')).toEqual([]);
  });

  it('never forgets a live one, however large and old it is', async () => {
    const cache = new GenerationCache({ maxFinished: 0, maxSize: 0, maxAgeMs: 0 });
    const run = createRun({ id: 'live' });
    cache.add(run);
    run.take(textDelta('x'.repeat(5_000)));
    vi.advanceTimersByTime(1_000_000);
    await keep(cache, finishedRun('other', 1));
    expect(cache.findLive('live')).toBe(run);
  });
});
