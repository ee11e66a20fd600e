import { toKeyPrincipal } from '../../../src/core/principal.ts';
import { expect, test } from 'vitest';
import type { BatchSubmissionLine } from '../../../src/services/batches/intake/batch-submission.ts';
import { openBatches } from '../../support/app/open-batches.ts';
import { createToyBatchVendor } from '../../support/batch-vendors/toy-batch-vendor.ts';

const SUBMISSION = {
  principal: toKeyPrincipal('somebody'),
  displayName: null,
  metadata: null,
  idempotencyKey: null,
  source: 'requests',
  signal: new AbortController().signal,
} as const;

const ALL = { first: 10, after: null, statuses: null };

/** A server while the second half of 1,000 requests is still to come. */
const openMidway = async () => {
  const batches = await openBatches(createToyBatchVendor());
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const requests = (async function* (): AsyncGenerator<BatchSubmissionLine> {
    for (let index = 0; index < 1_000; index += 1) {
      if (index === 600) {
        begun.resolve();
        await goOn.promise;
      }
      yield { customId: `item-${index}`, input: batches.input('hi') };
    }
  })();
  const submitting = batches.service.submit({ ...SUBMISSION, requests });
  submitting.catch(() => undefined);
  await begun.promise;
  return { batches, submitting, goOn: () => goOn.resolve() };
};

test('a submission that is coming in when the server shuts down is taken if it comes to its end in time', async () => {
  const { batches, submitting, goOn } = await openMidway();
  await using _open = batches;
  const stopped = batches.service.stop(600_000);
  await expect(
    batches.service.submit({ ...SUBMISSION, requests: (async function* () {})() }),
  ).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  goOn();
  await stopped;
  expect(await submitting).toMatchObject({ status: 'queued', counts: { total: 1_000 } });
});

test('a submission that takes longer than that is refused, and nothing of it is left', async () => {
  const { batches, submitting, goOn } = await openMidway();
  await using _open = batches;
  const stopped = batches.service.stop(0);
  // Whatever comes after that comes too late.
  await new Promise((resolve) => setTimeout(resolve, 0));
  goOn();
  await stopped;
  await expect(submitting).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await batches.service.list(toKeyPrincipal('somebody'), ALL)).toMatchObject({ totalCount: 0 });
  while (await batches.store.deleteExpired(1_000));
  expect([await batches.countRows('batch'), await batches.countRows('batch_item')]).toEqual([0, 0]);
});
