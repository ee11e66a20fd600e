import { describe, expect, test } from 'vitest';
import type { BatchOperations } from '../../../src/core/batch.ts';
import { toArray } from '../../support/to-array.ts';
import { startUnreadUpload } from '../../support/unread-upload.ts';
import { halfLine, json, type Routes, silent } from '../../support/vendor-routes.ts';
import { toRequests, twoRequests } from '../openai-compatible/batch-harness.ts';
import {
  CANCEL,
  connectBatches,
  CREATE,
  DOWNLOAD,
  GET_BATCH,
  LIST,
  START_UPLOAD,
  SUBMISSION,
  UPLOAD,
  withVendor,
} from './batch-vendor.ts';
import { BATCH, ended, OUTPUT_FILE } from './fixtures/hand-made-batches.ts';

type Run = (batches: BatchOperations, signal: AbortSignal) => Promise<unknown>;

const submit: Run = (batches, signal) => batches.submit(twoRequests(), { key: 'key-1', signal });
const submitFile: Run = (batches, signal) =>
  batches.submit(toRequests({ a: { system: 'x'.repeat(20_000_000) } }), { key: 'key-1', signal });
const results: Run = (batches, signal) => toArray(batches.results(BATCH, { signal }));
const find: Run = (batches, signal) => batches.find('key-1', { since: new Date(0), total: 1 }, { signal });

const ENDED = json(ended({ responsesFile: OUTPUT_FILE }));

describe('aborting', () => {
  test.each<[string, Routes, number, Run]>([
    ['the creation', { [CREATE]: silent }, 0, submit],
    ['the start of an upload', { [START_UPLOAD]: silent }, 0, submitFile],
    ['an upload before its answer', { ...SUBMISSION, [UPLOAD]: silent }, 1, submitFile],
    ['the creation after an upload', { ...SUBMISSION, [CREATE]: silent }, 2, submitFile],
    ['a poll', { [GET_BATCH]: silent }, 0, (batches, signal) => batches.poll(BATCH, { signal })],
    [
      'a poll in its answer',
      { [GET_BATCH]: halfLine },
      0,
      (batches, signal) => batches.poll(BATCH, { signal }),
    ],
    ['a cancellation', { [CANCEL]: silent }, 0, (batches, signal) => batches.cancel(BATCH, { signal })],
    ['a search', { [LIST]: silent }, 0, find],
    ['the start of results', { [GET_BATCH]: silent }, 0, results],
    ['a download before its headers', { [GET_BATCH]: ENDED, [DOWNLOAD]: silent }, 1, results],
    ['a download in a line', { [GET_BATCH]: ENDED, [DOWNLOAD]: halfLine }, 1, results],
  ])('%s closes the socket', async (_phase, routes, index, run) => {
    const controller = new AbortController();
    await withVendor(routes, async ({ batches, upstream }) => {
      const running = run(batches, controller.signal);
      running.catch(() => undefined);
      const last = await upstream.request(index);
      controller.abort(new Error('enough'));
      await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'gemini' });
      await last.closed;
      expect(last.response.writableFinished).toBe(false);
      expect(upstream.requests).toHaveLength(index + 1);
    });
  });

  test('an upload that is being sent closes the socket', async () => {
    await using vendor = await startUnreadUpload('/uploading', (origin) => ({
      'x-goog-upload-url': `${origin}/uploading`,
    }));
    const controller = new AbortController();
    const running = submitFile(connectBatches(vendor.origin), controller.signal);
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
