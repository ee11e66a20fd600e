import { describe, expect, test } from 'vitest';
import { startApp } from '../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  readBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { FAILURE, toResult } from '../../support/batch-vendors/batch-results.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import { createToyBatchVendor, type ToyVendorBatch } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';

const PRICING = flatPricing(100, 1_000);

describe.each(await findBatchEngines())('a batch with its vendor, kept in $name', ({ problem, open }) => {
  test.skipIf(problem !== null)(
    'gives every result to its own request, whatever order they come in',
    async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => (batch.results = batch.results.toReversed()),
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b', 'c']), {
        displayName: 'three',
        metadata: { run: 7 },
      });
      expect(await endedBatch(app, id)).toMatchObject({
        id,
        status: 'COMPLETED',
        mode: 'NATIVE',
        displayName: 'three',
        metadata: { run: 7 },
        providerBatchIds: ['vendor-1'],
        submittedAt: expect.any(String),
        completedAt: expect.any(String),
        expiresAt: '2030-01-02T03:04:05.000Z',
        counts: { total: 3, pending: 0, succeeded: 3, failed: 0, cancelled: 0, expired: 0 },
        usage: { inputTokens: 300, outputTokens: 30 },
        cost: null,
        error: null,
      });
      expect(await readItems(app, id)).toMatchObject([
        { index: 0, customId: 'a', status: 'SUCCEEDED', text: 'Answer to a', finishReason: 'STOP' },
        { index: 1, customId: 'b', status: 'SUCCEEDED', text: 'Answer to b' },
        { index: 2, customId: 'c', status: 'SUCCEEDED', text: 'Answer to c' },
      ]);
      expect(vendor.batches.map(({ requests }) => requests.map(({ customId }) => customId))).toEqual([
        ['a', 'b', 'c'],
      ]);
    },
  );

  test.skipIf(problem !== null)(
    'keeps failed, cancelled, expired, missing and unknown results apart',
    async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => {
          batch.outcome = 'completed';
          batch.results = [
            { customId: 'nobody', status: 'expired' },
            { customId: 'failed', status: 'failed', error: FAILURE },
            { customId: 'cancelled', status: 'cancelled' },
            { customId: 'expired', status: 'expired' },
            toResult('good'),
            toResult('good', { text: 'the same again' }),
            toResult('\0'),
          ];
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['good', 'failed', 'missing', 'cancelled', 'expired']));
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'COMPLETED',
        counts: { total: 5, pending: 0, succeeded: 1, failed: 2, cancelled: 1, expired: 1 },
        usage: { inputTokens: 100, outputTokens: 10 },
        error: null,
      });
      expect(await readItems(app, id)).toMatchObject([
        { customId: 'good', status: 'SUCCEEDED', text: 'Answer to good', error: null },
        { customId: 'failed', status: 'FAILED', text: null, error: { code: 'PROVIDER_REJECTED' } },
        { customId: 'missing', status: 'FAILED', error: { message: 'No result was returned.' } },
        { customId: 'cancelled', status: 'CANCELLED', error: null },
        { customId: 'expired', status: 'EXPIRED', error: null },
      ]);
      expect(app.logLines.find(({ message }) => message.includes('were ignored'))?.fields).toMatchObject({
        foreign: 2,
        repeated: 1,
      });
    },
  );

  test.skipIf(problem !== null)(
    'is divided among vendor batches that are handed over one after the other',
    async () => {
      const vendor = createToyBatchVendor({
        batch: { type: 'native', maxRequests: 2, maxFileSizeMb: 1, discountPercent: null },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b', 'c', 'd', 'e']));
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'COMPLETED',
        providerBatchIds: ['vendor-1', 'vendor-2', 'vendor-3'],
        counts: { succeeded: 5 },
      });
      expect(vendor.batches.map(({ requests }) => requests.map(({ customId }) => customId))).toEqual([
        ['a', 'b'],
        ['c', 'd'],
        ['e'],
      ]);
      expect(new Set(vendor.batches.map(({ key }) => key)).size).toBe(3);
    },
  );

  test.skipIf(problem !== null)(
    'cancels at the vendor, and what was done by then stays readable',
    async () => {
      const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b', 'c']));
      await followBatch(app, id, ({ status }) => status === 'RUNNING');
      expect(await cancelBatch(app, id)).toMatchObject({ status: 'CANCELLING', completedAt: null });
      const [batch] = vendor.batches as [ToyVendorBatch];
      // The vendor completes all the same: that the end was asked for is not taken back.
      batch.results = [toResult('b')];
      Object.assign(batch, { state: 'ended', outcome: 'cancelled' });
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'CANCELLED',
        counts: { succeeded: 1, cancelled: 2, pending: 0 },
      });
      expect((await readItems(app, id)).map(({ status, text }) => [status, text])).toEqual([
        ['CANCELLED', null],
        ['SUCCEEDED', 'Answer to b'],
        ['CANCELLED', null],
      ]);
      expect(batch.cancels).toBe(1);
      expect(await cancelBatch(app, id)).toMatchObject({ status: 'CANCELLED' });
    },
  );

  test.skipIf(problem !== null)('stays cancelled when the vendor has completed it meanwhile', async () => {
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => (batch.state = 'running'),
      before: (call, _signal, batch) => {
        if (call === 'cancel' && batch !== undefined) batch.state = 'ended';
      },
    });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a']));
    await followBatch(app, id, ({ status }) => status === 'RUNNING');
    await cancelBatch(app, id);
    expect(await endedBatch(app, id)).toMatchObject({ status: 'CANCELLED', counts: { succeeded: 1 } });
  });

  test.skipIf(problem !== null)(
    'has expired when its vendor gave up, with the results there are',
    async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => {
          batch.outcome = 'expired';
          batch.results = [toResult('a')];
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b']));
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'EXPIRED',
        counts: { succeeded: 1, expired: 1 },
      });
    },
  );

  test.skipIf(problem !== null)(
    'has failed, with all of its items, when its vendor refused it as a whole',
    async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => Object.assign(batch, { outcome: 'failed', error: FAILURE, results: [] }),
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b']));
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'FAILED',
        error: { code: 'PROVIDER_REJECTED', message: FAILURE.message },
        counts: { failed: 2 },
      });
      expect((await readItems(app, id)).map(({ error }) => error.code)).toEqual([
        'PROVIDER_REJECTED',
        'PROVIDER_REJECTED',
      ]);
      expect(vendor.calls).not.toContain('results');
    },
  );

  test.skipIf(problem !== null)(
    'completes when only some of its vendor batches failed as a whole',
    async () => {
      const vendor = createToyBatchVendor({
        batch: { type: 'native', maxRequests: 1, maxFileSizeMb: 1, discountPercent: null },
        onSubmit: (batch) => {
          if (batch.id === 'vendor-1') Object.assign(batch, { outcome: 'failed', error: FAILURE });
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b']));
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'COMPLETED',
        error: null,
        counts: { succeeded: 1, failed: 1 },
      });
    },
  );

  test.skipIf(problem !== null)('counts its cost once, at the price of a batch', async () => {
    const vendor = createToyBatchVendor({ model: { pricing: PRICING } });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b']));
    // 100 tokens in at 100 and 10 out at 1000 dollars a million, half off.
    expect(await endedBatch(app, id)).toMatchObject({ cost: { total: 0.02 } });
    expect((await readItems(app, id)).map(({ cost }) => cost)).toEqual([{ total: 0.01 }, { total: 0.01 }]);
  });

  test.skipIf(problem !== null)('costs what was announced for the day it was submitted on', async () => {
    const twice = { ...PRICING, inputPerMillion: 200, outputPerMillion: 2_000 };
    const later = { ...PRICING, inputPerMillion: 900, outputPerMillion: 9_000 };
    const schedule = [
      { ...twice, from: '2000-01-01' },
      { ...later, from: '2999-01-01' },
    ];
    const vendor = createToyBatchVendor({ model: { pricing: { ...PRICING, schedule } } });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b']));
    expect(await endedBatch(app, id)).toMatchObject({ cost: { total: 0.04 } });
  });

  test.skipIf(problem !== null)('parses answers of requests that asked for JSON, and no others', async () => {
    const vendor = createToyBatchVendor({
      onSubmit: (batch) =>
        (batch.results = ['a', 'b', 'c'].map((id) => toResult(id, { text: id === 'c' ? '{' : '[1]' }))),
    });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const json = { output: { json: true } };
    const id = await submitted(app, [
      ...requestsOf(['a'], json),
      ...requestsOf(['b']),
      ...requestsOf(['c'], json),
    ]);
    await endedBatch(app, id);
    expect((await readItems(app, id)).map(({ text, output }) => [text, output])).toEqual([
      ['[1]', [1]],
      ['[1]', null],
      ['{', null],
    ]);
  });

  test.skipIf(problem !== null)('keeps any text a model may put out as it was', async () => {
    const text = 'zero \0, half \ud800, \u2028 "quoted" \\u0000 and 😀';
    const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.results = [toResult('a', { text })]) });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a'], { prompt: 'a \0 \\u0000' }));
    await endedBatch(app, id);
    expect((await readItems(app, id))[0].text).toBe(text);
    expect(vendor.batches[0]?.requests[0]?.request.messages).toMatchObject([
      { parts: [{ text: 'a \0 \\u0000' }] },
    ]);
  });

  test.skipIf(problem !== null)('reads results again that broke off, and stores each once', async () => {
    let reads = 0;
    const vendor = createToyBatchVendor({
      afterResults: (batch) => {
        reads += 1;
        if (reads === 1) {
          batch.results = [...batch.results, toResult('c'), toResult('b')];
          throw new Error('the connection broke');
        }
      },
      onSubmit: (batch) => (batch.results = [toResult('a')]),
    });
    await using database = await open();
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b', 'c']));
    const states = await followBatch(app, id);
    expect(states.at(-1)).toMatchObject({
      status: 'COMPLETED',
      counts: { succeeded: 3 },
      usage: { inputTokens: 300 },
    });
    expect(reads).toBe(2);
  });

  test.skipIf(problem !== null)(
    'tells its followers each state once, from the present one to the last',
    async () => {
      const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a']));
      const states = await followBatch(app, id, ({ status }) => {
        const [batch] = vendor.batches;
        if (status === 'RUNNING' && batch !== undefined) batch.state = 'ended';
        return false;
      });
      const statuses = states.map(({ status }) => status as string);
      expect(statuses.at(-1)).toBe('COMPLETED');
      // It may be anywhere on its way when it is first seen, and counts change while it runs.
      const changes = statuses.filter((status, index) => status !== statuses[index - 1]);
      expect(changes).toEqual(
        ['QUEUED', 'SUBMITTED', 'RUNNING', 'COMPLETED'].filter((status) => statuses.includes(status)),
      );
      expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(states.length);
      expect(await readBatch(app, id)).toEqual(states.at(-1));
    },
  );
});
