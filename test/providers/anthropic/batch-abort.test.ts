import { describe, expect, test } from 'vitest';
import type { BatchOperations } from '../../../src/core/batch.ts';
import { toArray } from '../../support/to-array.ts';
import { startUnreadUpload } from '../../support/unread-upload.ts';
import { halfLine, json, type Routes, silent } from '../../support/vendor-routes.ts';
import { NATIVE_BATCH, toRequests, twoRequests } from '../openai-compatible/batch-harness.ts';
import { anthropicConfig } from './anthropic-harness.ts';
import {
  CANCEL,
  connectBatches,
  CREATE,
  GET_BATCH,
  GET_RESULTS,
  LIST,
  SUBMISSION,
  withVendor,
} from './batch-vendor.ts';
import { BATCH_ID, batchBody } from './fixtures/hand-made-batches.ts';

type Run = (batches: BatchOperations, signal: AbortSignal) => Promise<unknown>;

const submit: Run = (batches, signal) => batches.submit(twoRequests(), { key: 'key-1', signal });
const results: Run = (batches, signal) => toArray(batches.results(BATCH_ID, { signal }));
const find: Run = (batches, signal) => {
  const expected = { since: new Date(0), total: 2, hasCustomId: () => true };
  return batches.find('key-1', expected, { signal });
};
const ENDED = json(batchBody());
const LISTED = json({ data: [batchBody()], has_more: false, first_id: BATCH_ID, last_id: BATCH_ID });

describe('aborting', () => {
  test.each<[string, Routes, number, Run]>([
    ['the creation', { [CREATE]: silent }, 0, submit],
    ['a poll', { [GET_BATCH]: silent }, 0, (batches, signal) => batches.poll(BATCH_ID, { signal })],
    ['a cancellation', { [CANCEL]: silent }, 0, (batches, signal) => batches.cancel(BATCH_ID, { signal })],
    ['a search', { [LIST]: silent }, 0, find],
    ['a look into results during a search', { [LIST]: LISTED, [GET_RESULTS]: halfLine }, 1, find],
    ['the start of results', { [GET_BATCH]: silent }, 0, results],
    ['a download before its headers', { [GET_BATCH]: ENDED, [GET_RESULTS]: silent }, 1, results],
    ['a download in a line', { [GET_BATCH]: ENDED, [GET_RESULTS]: halfLine }, 1, results],
  ])('%s closes the socket', async (_phase, routes, index, run) => {
    const controller = new AbortController();
    await withVendor(routes, async ({ batches, upstream }) => {
      const running = run(batches, controller.signal);
      running.catch(() => undefined);
      const last = await upstream.request(index);
      controller.abort(new Error('enough'));
      await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'anthropic' });
      await last.closed;
      expect(last.response.writableFinished).toBe(false);
      expect(upstream.requests).toHaveLength(index + 1);
    });
  });

  test('a body that is being sent closes the socket', async () => {
    await using vendor = await startUnreadUpload('/v1/messages/batches');
    const { batches } = connectBatches(
      vendor.origin,
      anthropicConfig({ batch: { ...NATIVE_BATCH, maxFileSizeMb: 64 } }),
    );
    const controller = new AbortController();
    const large = toRequests({ a: { system: 'x'.repeat(20_000_000) } });
    const running = batches.submit(large, { key: 'key-1', signal: controller.signal });
    running.catch(() => undefined);
    await vendor.upload;
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(await vendor.end()).toBe(false);
  });

  test('while the requests are being read sends nothing', async () => {
    await withVendor(SUBMISSION, async ({ batches, upstream }) => {
      const controller = new AbortController();
      const reading = Promise.withResolvers<void>();
      const hanging = async function* (): ReturnType<typeof toRequests> {
        yield* toRequests({ a: {} });
        reading.resolve();
        await new Promise(() => undefined);
      };
      const submission = batches.submit(hanging(), { key: 'key-1', signal: controller.signal });
      await reading.promise;
      controller.abort();
      await expect(submission).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
      expect(upstream.requests).toEqual([]);
    });
  });

  test('beforehand sends nothing', async () => {
    await withVendor({ ...SUBMISSION, [GET_BATCH]: ENDED }, async ({ batches, upstream }) => {
      for (const run of [submit, results, find])
        await expect(run(batches, AbortSignal.abort())).rejects.toMatchObject({
          code: 'GENERATION_CANCELLED',
        });
      expect(upstream.requests).toEqual([]);
    });
  });
});
