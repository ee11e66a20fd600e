import { describe, expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import {
  endedBatch,
  followBatch,
  readBatch,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { FAILURE } from '../../support/batch-vendors/batch-results.ts';
import { createToyBatchVendor } from '../../support/batch-vendors/toy-batch-vendor.ts';

describe.each(await findBatchEngines())('the counts of a batch in $name', ({ problem, open }) => {
  test.skipIf(problem !== null)(
    'tells how far its vendors have come, and never less than it told before',
    async () => {
      await using database = await open();
      const names = Array.from({ length: 1_600 }, (_, index) => `item-${index}`);
      const vendor = createToyBatchVendor({
        batch: { type: 'native', maxRequests: 1_200, maxFileSizeMb: 1, discountPercent: 50 },
        onSubmit: (batch) => {
          batch.state = 'running';
          batch.outcome = null;
        },
      });
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(names));
      const seen: readonly { readonly counts: Record<string, number> }[] = await followBatch(
        app,
        id,
        (batch) => {
          const [first, second] = vendor.batches;
          if (first === undefined || second === undefined) return false;
          const { succeeded, failed } = batch.counts as {
            readonly succeeded: number;
            readonly failed: number;
          };
          if (first.told === null) first.told = { succeeded: 700, failed: 1 };
          if (succeeded === 700 && failed === 1) second.told = { succeeded: 300, failed: 0 };
          // One vendor batch is read while the other still runs.
          if (succeeded === 1_000) {
            first.results = first.results.map((result, index) =>
              index === 5 ? { customId: result.customId, status: 'failed', error: FAILURE } : result,
            );
            first.told = { succeeded: 1_199, failed: 1 };
            first.outcome = 'completed';
            first.state = 'ended';
          }
          return succeeded === 1_499;
        },
      );
      const totals = seen.map(({ counts: { succeeded = 0, failed = 0 } }) => succeeded + failed);
      expect(totals).toEqual(totals.toSorted((a, b) => a - b));
      expect(await readBatch(app, id)).toMatchObject({
        status: 'RUNNING',
        counts: { total: 1_600, pending: 100, succeeded: 1_499, failed: 1, cancelled: 0, expired: 0 },
      });
      const [, second] = vendor.batches;
      if (second === undefined) throw new TypeError('there is no second vendor batch');
      second.outcome = 'completed';
      second.state = 'ended';
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'COMPLETED',
        counts: { total: 1_600, pending: 0, succeeded: 1_599, failed: 1 },
      });
    },
  );

  test.skipIf(problem !== null)('lists what can be read, whatever its vendor tells', async () => {
    await using database = await open();
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => {
        batch.state = 'running';
        batch.told = { succeeded: 5, failed: 0 };
      },
    });
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b', 'c']));
    await followBatch(app, id, ({ counts }) => counts.succeeded === 3);
    const { data } = await request(
      app,
      `query ($id: ID!) { batch(id: $id) { counts { pending succeeded }
        items(status: [SUCCEEDED]) { totalCount nodes { id } } all: items { totalCount nodes { status } } } }`,
      { id },
    );
    expect(data.batch).toEqual({
      // No more than it was given, whatever it says.
      counts: { pending: 0, succeeded: 3 },
      items: { totalCount: 0, nodes: [] },
      all: { totalCount: 3, nodes: Array.from({ length: 3 }, () => ({ status: 'PENDING' })) },
    });
  });
});
