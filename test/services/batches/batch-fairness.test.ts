import { expect, test } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import { startApp } from '../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { createToy, textDelta, toyModels, untilAborted } from '../../support/app/toy-provider.ts';

/** As many jobs as one node works on at a time. */
const MAX_HELD = 64;

test('a vendor batch does not wait for the end of batches that are answered one by one, however many', async () => {
  const vendor = createToyBatchVendor();
  const slow = createToy(
    async function* ({ signal }) {
      yield textDelta('Hm');
      await untilAborted(signal);
    },
    { name: 'slow' },
  );
  await using app = await startApp(
    { batchConcurrency: 1 },
    {
      ...vendor.overrides,
      providers: [vendor.descriptor, slow.descriptor],
      models: [...(vendor.overrides.models ?? []), ...toyModels({ slow: {} }, 'slow')],
      batchTiming: { ...QUICK_TIMING, yieldAfterMs: 50 },
    },
  );
  const long = await Promise.all(
    Array.from({ length: MAX_HELD }, () => submitted(app, requestsOf(['a', 'b'], { model: 'slow' }))),
  );
  for (const id of long) await followBatch(app, id, ({ status }) => status === 'RUNNING');
  expect(await endedBatch(app, await submitted(app, requestsOf(['c'])))).toMatchObject({
    status: 'COMPLETED',
  });
  // One request at a time, and it is never asked again for that.
  expect(slow.calls).toHaveLength(1);
});

test('requests that wait for a provider whose circuit is open keep no others from being asked', async () => {
  const down = createToy(
    () => {
      throw new ProviderError('PROVIDER_OVERLOADED', {
        provider: 'down',
        providerStatus: 503,
        retryAfterMs: 600_000,
      });
    },
    { name: 'down' },
  );
  const well = createToy();
  await using app = await startApp(
    { batchConcurrency: 2, circuitFailures: 1 },
    {
      providers: [down.descriptor, well.descriptor],
      models: [...toyModels({ down: {} }, 'down'), ...toyModels({ toy: {} })],
      aliases: {},
      batchTiming: QUICK_TIMING,
    },
  );
  const stuck = await submitted(app, requestsOf(['a', 'b', 'c', 'd'], { model: 'down' }));
  await followBatch(app, stuck, ({ counts }) => counts.failed > 0);
  expect(await endedBatch(app, await submitted(app, requestsOf(['e', 'f', 'g'])))).toMatchObject({
    status: 'COMPLETED',
    counts: { succeeded: 3 },
  });
  await cancelBatch(app, stuck);
  expect(await endedBatch(app, stuck)).toMatchObject({ status: 'CANCELLED', counts: { pending: 0 } });
});
