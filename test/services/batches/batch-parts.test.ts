import { expect, test } from 'vitest';
import type { VendorBatch } from '../../../src/core/vendor-batch.ts';
import type { BatchSupport } from '../../../src/core/model-config.ts';
import { startApp } from '../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  readBatch,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { toResult } from '../../support/batch-vendors/batch-results.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';

const ONE_EACH: BatchSupport = { type: 'native', maxRequests: 1, maxFileSizeMb: 1, discountPercent: null };

test('a batch of which the vendor has a part is submitted, also while it does not have the rest', async () => {
  const second = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const vendor = createToyBatchVendor({
    batch: ONE_EACH,
    before: async (call, _signal, batch) => {
      if (call !== 'submit' || batch?.requests[0]?.customId !== 'b') return;
      second.resolve();
      await goOn.promise;
    },
  });
  const batchTiming = { ...QUICK_TIMING, firstPollMs: 600_000, maxPollMs: 600_000 };
  await using app = await startApp({}, { ...vendor.overrides, batchTiming });
  const id = await submitted(app, requestsOf(['a', 'b']));
  await second.promise;
  expect(await readBatch(app, id)).toMatchObject({
    status: 'SUBMITTED',
    submittedAt: expect.any(String),
    providerBatchIds: ['vendor-1'],
  });
  goOn.resolve();
  await cancelBatch(app, id);
  expect(await endedBatch(app, id)).toMatchObject({ status: 'CANCELLED', counts: { succeeded: 2 } });
});

test.each<[string, readonly NonNullable<VendorBatch['outcome']>[], object]>([
  ['COMPLETED', ['completed', 'failed'], { succeeded: 1, failed: 1 }],
  ['EXPIRED', ['completed', 'expired', 'failed'], { succeeded: 1, expired: 1, failed: 1 }],
  ['EXPIRED', ['cancelled', 'expired'], { cancelled: 1, expired: 1 }],
  ['CANCELLED', ['cancelled', 'completed'], { cancelled: 1, succeeded: 1 }],
  ['FAILED', ['failed', 'failed'], { failed: 2 }],
])('is %s when its vendor batches ended as %s', async (status, outcomes, counts) => {
  const vendor = createToyBatchVendor({
    batch: ONE_EACH,
    onSubmit: (batch) => {
      const name = batch.requests[0]?.customId ?? '';
      batch.outcome = outcomes[Number(name)] ?? null;
      batch.results = batch.outcome === 'completed' ? [toResult(name)] : [];
    },
  });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(outcomes.map((_outcome, index) => String(index))));
  expect(await endedBatch(app, id)).toMatchObject({
    status,
    counts: { pending: 0, ...counts },
    error: status === 'FAILED' ? { code: 'PROVIDER_FAILED' } : null,
  });
});
