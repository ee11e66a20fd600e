import { describe, expect, test } from 'vitest';
import type { BatchSupport } from '../../../src/core/model-config.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import { startApp } from '../../support/app/app.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  readBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import {
  createToyBatchVendor,
  QUICK_TIMING,
  type ToyVendorBatch,
} from '../../support/batch-vendors/toy-batch-vendor.ts';

const engines = await findBatchEngines();

const ONE_EACH: BatchSupport = { type: 'native', maxRequests: 1, maxFileSizeMb: 1, discountPercent: null };

/** Ends a batch at the vendor without any result. */
const cancelAtVendor = (batch: ToyVendorBatch | undefined): void => {
  if (batch !== undefined) Object.assign(batch, { state: 'ended', outcome: 'cancelled', results: [] });
};

test('a cancellation that comes while a batch is handed over reaches its vendor right after that', async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const vendor = createToyBatchVendor({
    onSubmit: (batch) => (batch.state = 'running'),
    before: async (call, _signal, batch) => {
      if (call === 'cancel') cancelAtVendor(batch);
      if (call !== 'submit') return;
      begun.resolve();
      await release.promise;
    },
  });
  // The vendor is not asked again within the time of the test unless it is for the cancellation.
  const batchTiming = { ...QUICK_TIMING, firstPollMs: 600_000, maxPollMs: 600_000 };
  await using app = await startApp({}, { ...vendor.overrides, batchTiming });
  const id = await submitted(app, requestsOf(['a']));
  await begun.promise;
  await cancelBatch(app, id);
  // By now the node that waits for the vendor knows of it.
  expect(await readBatch(app, id)).toMatchObject({ status: 'CANCELLING' });
  release.resolve();
  expect(await endedBatch(app, id)).toMatchObject({ status: 'CANCELLED', counts: { cancelled: 1 } });
  expect(vendor.calls).toEqual(['submit', 'cancel', 'results']);
});

test('a cancelled batch keeps what its finished parts have, and hands no further part over', async () => {
  const vendor = createToyBatchVendor({
    batch: ONE_EACH,
    before: (call, _signal, batch) => {
      if (call === 'submit' && batch?.requests[0]?.customId !== 'a')
        throw new ProviderError('PROVIDER_RATE_LIMITED', { provider: 'toy', providerStatus: 429 });
    },
  });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(['a', 'b', 'c']));
  await followBatch(app, id, ({ counts }) => counts.succeeded === 1);
  await cancelBatch(app, id);
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'CANCELLED',
    counts: { succeeded: 1, cancelled: 2, pending: 0 },
    usage: { inputTokens: 100, outputTokens: 10 },
    providerBatchIds: ['vendor-1'],
  });
  expect((await readItems(app, id)).map(({ status, text }) => [status, text])).toEqual([
    ['SUCCEEDED', 'Answer to a'],
    ['CANCELLED', null],
    ['CANCELLED', null],
  ]);
  expect(vendor.calls).not.toContain('cancel');
});

describe.each(engines)('a cancellation in $name', ({ problem, open }) => {
  test.skipIf(problem !== null).each([
    ['submit', 1],
    ['poll', 1],
    ['results', 1],
    ['first result', 1],
    ['last result', 1],
    ['submit', 3],
    ['poll', 3],
    ['results', 3],
    ['last result', 3],
  ] as const)(
    'during the call "%s" of a batch of %i parts stands, and every item is counted once',
    async (moment, parts) => {
      await using database = await open();
      const calls: string[] = [];
      let cancelled: unknown;
      const cancelAt = async (call: string): Promise<void> => {
        calls.push(call);
        // Where there are several parts, the second time: one of them is on its way or done by then.
        if (calls.filter((made) => made === moment).length !== Math.min(parts, 2)) return;
        cancelled ??= (await cancelBatch(app, await id)).status;
      };
      const vendor = createToyBatchVendor({
        batch: { ...ONE_EACH, maxRequests: 2 },
        before: (call) => cancelAt(call),
        beforeResult: (_batch, index) => cancelAt(index === 0 ? 'first result' : 'last result'),
      });
      const app = await startApp(database.settings, vendor.overrides);
      await using _app = app;
      const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, parts * 2);
      const id = submitted(app, requestsOf(names));
      const batch = await endedBatch(app, await id);
      expect(cancelled).toBe('CANCELLING');
      expect(batch.status).toBe('CANCELLED');
      const items = await readItems(app, await id);
      const succeeded = items.filter(({ status }) => status === 'SUCCEEDED').length;
      expect(batch.counts).toEqual({
        total: names.length,
        pending: 0,
        succeeded,
        failed: 0,
        cancelled: items.filter(({ status }) => status === 'CANCELLED').length,
        expired: 0,
      });
      expect(batch.usage).toEqual(
        succeeded === 0 ? null : { inputTokens: 100 * succeeded, outputTokens: 10 * succeeded },
      );
      expect(new Set(vendor.batches.map(({ key }) => key)).size).toBe(vendor.batches.length);
    },
  );
});
