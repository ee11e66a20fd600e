import { describe, expect, test } from 'vitest';
import { type ErrorCode, ProviderError } from '../../../../src/core/errors.ts';
import type { JobProgress } from '../../../../src/stores/batches/batch-job.ts';
import { startApp } from '../../../support/app/app.ts';
import { type BatchDatabase, findBatchEngines } from '../../../support/databases/batch-database.ts';
import {
  endedBatch,
  readBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../../support/app/batch-requests.ts';
import { toResult } from '../../../support/batch-vendors/batch-results.ts';
import {
  createToyBatchVendor,
  type Interference,
  type ToyBatchVendor,
  type ToyBatchVendorOptions,
  type ToyVendorBatch,
} from '../../../support/batch-vendors/toy-batch-vendor.ts';

const HOUR_MS = 3_600_000;

const failure = (providerStatus: number, code: ErrorCode = 'PROVIDER_FAILED'): ProviderError =>
  new ProviderError(code, { provider: 'toy', providerStatus });

/** A vendor one of whose calls fails until it is told otherwise. */
const createFailingVendor = (
  call: Parameters<Interference>[0],
  error: ProviderError,
  options: ToyBatchVendorOptions = {},
) => {
  let isFailing = true;
  const vendor = createToyBatchVendor({
    ...options,
    before: async (asked, signal, batch) => {
      await options.before?.(asked, signal, batch);
      if (asked === call && isFailing) throw error;
    },
  });
  const recover = (): void => {
    isFailing = false;
  };
  return { ...vendor, recover };
};

/** A batch whose vendor has begun to fail, on a server that was stopped then. */
const failingBatch = async (
  { settings }: BatchDatabase,
  vendor: ToyBatchVendor,
  customIds: readonly string[],
): Promise<string> => {
  await using app = await startApp(settings, vendor.overrides);
  const id = await submitted(app, requestsOf(customIds));
  await app.logged(({ message }) => message === 'a batch failed');
  return id;
};

/** As if the calls had failed for so long by now, the last of them so long ago. */
const backdate = async (database: BatchDatabase, failingMs: number, silentMs = 0): Promise<void> => {
  const [row] = await database.query('SELECT progress FROM batch_job');
  const progress = JSON.parse(String(row?.['progress'])) as JobProgress;
  const { failingSince, failedAt } = progress;
  if (failingSince === undefined || failedAt === undefined) throw new Error('no call has failed yet');
  const moved: JobProgress = {
    ...progress,
    failingSince: failedAt - failingMs,
    failedAt: failedAt - silentMs,
  };
  await database.query(`UPDATE batch_job SET progress = '${JSON.stringify(moved)}'`);
};

const submissions = ({ calls }: ToyBatchVendor): number => calls.filter((call) => call === 'submit').length;

/** Fails once more at least, on a server that was started again, and is not given up for that. */
const failOnceMore = async (
  { settings }: BatchDatabase,
  vendor: ToyBatchVendor,
  id: string,
): Promise<void> => {
  await using app = await startApp(settings, vendor.overrides);
  const failed = ({ message }: { readonly message: string }): boolean => message === 'a batch failed';
  await app.logged(() => app.logLines.filter(failed).length > 1);
  expect((await readBatch(app, id)).completedAt).toBeNull();
};

const engines = await findBatchEngines();

describe.each(engines)('a batch in $name', ({ problem, open }) => {
  const skip = problem !== null;

  test.skipIf(skip)('fails when its vendor could not be asked about it for two days', async () => {
    const vendor = createFailingVendor('poll', failure(503), {
      onSubmit: (batch) => (batch.state = 'running'),
    });
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a', 'b']);
    await backdate(database, 47 * HOUR_MS);
    await failOnceMore(database, vendor, id);
    await backdate(database, 48 * HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    const error = { code: 'PROVIDER_FAILED', message: 'The provider failed to complete the request.' };
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'FAILED',
      providerBatchIds: ['vendor-1'],
      counts: { total: 2, pending: 0, failed: 2 },
      usage: null,
      cost: null,
      error,
    });
    expect(await readItems(app, id)).toMatchObject([
      { status: 'FAILED', text: null, error },
      { status: 'FAILED', text: null, error },
    ]);
    expect(submissions(vendor)).toBe(1);
  });

  test.skipIf(skip)('goes on when its vendor answers again before that', async () => {
    const vendor = createFailingVendor('poll', failure(503));
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await backdate(database, 47 * HOUR_MS);
    vendor.recover();
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 1 } });
    expect(submissions(vendor)).toBe(1);
  });

  test.skipIf(skip)('is not given up for the time in which no server was there to ask', async () => {
    const vendor = createFailingVendor('results', failure(503));
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await backdate(database, 72 * HOUR_MS, 71 * HOUR_MS);
    await failOnceMore(database, vendor, id);
    vendor.recover();
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 1 } });
  });

  test.skipIf(skip)('completes with what came of its results when the rest could not be read', async () => {
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => (batch.results = [toResult('a'), toResult('b'), toResult('c')]),
      beforeResult: (_batch, index) => {
        if (index === 1) throw failure(502);
      },
    });
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a', 'b', 'c']);
    await backdate(database, 5.9 * HOUR_MS);
    await failOnceMore(database, vendor, id);
    await backdate(database, 6 * HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { total: 3, pending: 0, succeeded: 1, failed: 2 },
      usage: { inputTokens: 100, outputTokens: 10 },
      error: null,
    });
    const error = { code: 'PROVIDER_FAILED', message: 'The provider failed to complete the request.' };
    expect(await readItems(app, id)).toMatchObject([
      { status: 'SUCCEEDED', text: 'Answer to a', error: null },
      { status: 'FAILED', text: null, error },
      { status: 'FAILED', text: null, error },
    ]);
    expect(submissions(vendor)).toBe(1);
  });

  test.skipIf(skip)('does not say of a result that could not be read that it had expired', async () => {
    const vendor = createFailingVendor('results', failure(500), {
      onSubmit: (batch) => (batch.outcome = 'expired'),
    });
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await backdate(database, 6 * HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'EXPIRED',
      counts: { failed: 1, expired: 0 },
      error: null,
    });
    expect(await readItems(app, id)).toMatchObject([
      { status: 'FAILED', error: { code: 'PROVIDER_FAILED' } },
    ]);
  });

  test.skipIf(skip)('waits an hour for results its vendor counts and does not give', async () => {
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => (batch.results = [toResult('a')]),
      afterResults: () => {
        throw new ProviderError('STREAM_TRUNCATED', { provider: 'toy' });
      },
    });
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a', 'b']);
    await failOnceMore(database, vendor, id);
    await backdate(database, HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { succeeded: 1, failed: 1 },
      error: null,
    });
    expect(await readItems(app, id)).toMatchObject([
      { status: 'SUCCEEDED', text: 'Answer to a' },
      { status: 'FAILED', error: { code: 'PROVIDER_FAILED', message: 'No result was returned.' } },
    ]);
  });

  test.skipIf(skip)('fails when its vendor has not known it for ten minutes', async () => {
    const vendor = createFailingVendor('poll', failure(404, 'PROVIDER_REJECTED'), {
      onSubmit: (batch) => (batch.state = 'running'),
    });
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await backdate(database, HOUR_MS / 7);
    await failOnceMore(database, vendor, id);
    await backdate(database, HOUR_MS / 6);
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'FAILED',
      counts: { failed: 1 },
      error: { code: 'PROVIDER_REJECTED' },
    });
    expect(submissions(vendor)).toBe(1);
  });

  test.skipIf(skip)(
    'fails, and is not submitted again, when its vendor never said whether it has it',
    async () => {
      const taken: ToyVendorBatch[] = [];
      const vendor = createFailingVendor('find', failure(503), {
        before: (call, _signal, batch) => {
          if (call !== 'submit' || batch === undefined) return;
          taken.push(batch);
          throw failure(500);
        },
      });
      await using database = await open();
      const id = await failingBatch(database, vendor, ['a']);
      await failOnceMore(database, vendor, id);
      await backdate(database, 48 * HOUR_MS);
      await using app = await startApp(database.settings, vendor.overrides);
      const error = {
        code: 'PROVIDER_FAILED',
        message:
          'It could not be found out whether the provider took the batch. It was not submitted again, so that it is not charged twice.',
      };
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'FAILED',
        providerBatchIds: [],
        counts: { failed: 1 },
        error,
      });
      expect(await readItems(app, id)).toMatchObject([{ status: 'FAILED', error }]);
      expect(taken).toHaveLength(1);
    },
  );

  const backdateSubmission = (database: BatchDatabase, ms: number) =>
    database.query(`UPDATE batch_job SET submitting_since = submitting_since - ${ms}`);

  test.skipIf(skip)('fails when its vendor would not take it for two days', async () => {
    const vendor = createFailingVendor('submit', failure(500));
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await failOnceMore(database, vendor, id);
    await backdateSubmission(database, 48 * HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    const error = { code: 'PROVIDER_FAILED', message: 'The provider did not take the batch.' };
    expect(await endedBatch(app, id)).toMatchObject({ status: 'FAILED', counts: { failed: 1 }, error });
    expect(vendor.batches).toHaveLength(0);
  });

  test.skipIf(skip)(
    'is submitted again however long ago a server was stopped in the middle of that',
    async () => {
      const vendor = createFailingVendor('submit', failure(500));
      await using database = await open();
      const id = await failingBatch(database, vendor, ['a']);
      await backdateSubmission(database, 72 * HOUR_MS);
      vendor.recover();
      await using app = await startApp(database.settings, vendor.overrides);
      expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 1 } });
      expect(vendor.batches).toHaveLength(1);
    },
  );

  test.skipIf(skip)('fails with the reason when its vendor has put it off for two days', async () => {
    const vendor = createFailingVendor('submit', failure(429, 'PROVIDER_RATE_LIMITED'));
    await using database = await open();
    const id = await failingBatch(database, vendor, ['a']);
    await backdate(database, 48 * HOUR_MS);
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'PROVIDER_RATE_LIMITED',
        message: 'The provider is limiting the rate of requests. Wait and send the request again.',
      },
    });
    expect(vendor.calls).not.toContain('find');
    expect(vendor.batches).toHaveLength(0);
  });
});
