import { expect, test } from 'vitest';
import type { Batch } from '../../../src/core/batch.ts';
import { StoreUnavailable } from '../../../src/core/store-errors.ts';
import { subscribeToBatch } from '../../../src/services/batches/batch-updates.ts';
import { Listeners } from '../../../src/stores/db/listeners.ts';
import { toArray } from '../../support/to-array.ts';

const LONG_MS = 600_000;

const toBatch = (succeeded: number, status: Batch['status'] = 'running'): Batch =>
  ({ status, counts: { succeeded }, providerBatchIds: [], usage: null }) as unknown as Batch;

const open = (find: () => Promise<Batch | undefined>, pollMs = LONG_MS) => {
  const changes = new Listeners<void>();
  const leave = new AbortController();
  const states = subscribeToBatch({
    find,
    onChange: (handle) => changes.add(handle),
    pollMs,
    gapMs: 0,
    signal: leave.signal,
  });
  return { changes, leave, states };
};

test('a subscription that is slow is given the latest state, not all it has missed', async () => {
  let now = toBatch(0);
  const { changes, states } = open(async () => now);
  expect((await states.next()).value).toEqual(toBatch(0));
  for (let succeeded = 1; succeeded <= 1_000; succeeded += 1) {
    now = toBatch(succeeded);
    changes.tell();
  }
  expect((await states.next()).value).toEqual(toBatch(1_000));
  now = toBatch(1_000, 'completed');
  changes.tell();
  expect((await states.next()).value).toEqual(now);
  expect(await states.next()).toEqual({ done: true, value: undefined });
  expect(changes.size).toBe(0);
});

test.each(['return', 'abort'] as const)(
  'a subscription that leaves while nothing happens (%s) leaves nothing behind',
  async (way) => {
    const { changes, leave, states } = open(async () => toBatch(0));
    await states.next();
    const waiting = states.next();
    expect(changes.size).toBe(1);
    if (way === 'return') await states.return?.();
    else leave.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(changes.size).toBe(0);
  },
);

test('a subscription that leaves before it has begun listens to nothing', async () => {
  const { changes, states } = open(() => Promise.reject(new Error('it is not to be read')));
  await states.return?.();
  expect(await states.next()).toEqual({ done: true, value: undefined });
  expect(changes.size).toBe(0);
});

test('a change that comes while the batch is read is not missed', async () => {
  let reads = 0;
  const { changes, states } = open(async () => {
    reads += 1;
    // What is read was written before the change that is told of now.
    if (reads === 2) {
      changes.tell();
      return toBatch(1);
    }
    return reads === 1 ? toBatch(0) : toBatch(2, 'completed');
  });
  const first = states.next();
  await first;
  changes.tell();
  expect(await toArray(states)).toEqual([toBatch(1), toBatch(2, 'completed')]);
});

test('a subscription goes on when the store comes back, and ends when the batch is deleted', async () => {
  const answers: (Batch | undefined | Error)[] = [
    toBatch(0),
    new StoreUnavailable(new Error('gone')),
    toBatch(1),
    undefined,
  ];
  const { states, changes } = open(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }, 1);
  expect(await toArray(states)).toEqual([toBatch(0), toBatch(1)]);
  expect(changes.size).toBe(0);
});
