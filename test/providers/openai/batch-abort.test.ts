import { describe, expect, test } from 'vitest';
import type { BatchOperations } from '../../../src/core/batch.ts';
import { type UpstreamRequest } from '../../support/upstream-server.ts';
import { toArray } from '../../support/to-array.ts';
import { toRequests, twoRequests } from '../openai-compatible/batch-harness.ts';
import { GET_BATCH, GET_OUTPUT, json, SUBMISSION, WITH_FILES, withVendor } from './batch-vendor.ts';
import { BATCH_ID, batchBody } from './fixtures/hand-made-batches.ts';

type Run = (batches: BatchOperations, signal: AbortSignal) => Promise<unknown>;

async function runSubmit(batches: BatchOperations, signal: AbortSignal): Promise<unknown> {
  return batches.submit(twoRequests(), { key: 'key-1', signal });
}

async function runResults(batches: BatchOperations, signal: AbortSignal): Promise<unknown> {
  return toArray(batches.results(BATCH_ID, { signal }));
}

describe('aborting', () => {
  const silent = (): void => undefined;
  const half = ({ response }: UpstreamRequest): void => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.write('{"custom_id":');
  };
  const since = new Date(0);

  test.each<[string, Readonly<Record<string, (request: UpstreamRequest) => void>>, number, Run]>([
    ['an upload', { 'POST /v1/files': silent }, 0, runSubmit],
    ['the creation', { ...SUBMISSION, 'POST /v1/batches': silent }, 1, runSubmit],
    ['a poll', { [GET_BATCH]: silent }, 0, (batches, signal) => batches.poll(BATCH_ID, { signal })],
    [
      'a cancellation',
      { [`POST /v1/batches/${BATCH_ID}/cancel`]: silent },
      0,
      (batches, signal) => batches.cancel(BATCH_ID, { signal }),
    ],
    [
      'a search',
      { 'GET /v1/batches': silent },
      0,
      (batches, signal) => batches.find('key', { since, total: 1 }, { signal }),
    ],
    ['the start of results', { [GET_BATCH]: silent }, 0, runResults],
    ['a download before its headers', { [GET_BATCH]: json(WITH_FILES), [GET_OUTPUT]: silent }, 1, runResults],
    ['a download in a line', { [GET_BATCH]: json(WITH_FILES), [GET_OUTPUT]: half }, 1, runResults],
  ])('%s closes the socket', async (_phase, routes, index, run) => {
    const controller = new AbortController();
    const arrivals = new Map<number, PromiseWithResolvers<UpstreamRequest>>();
    const arrival = (at: number): PromiseWithResolvers<UpstreamRequest> => {
      const known = arrivals.get(at) ?? Promise.withResolvers<UpstreamRequest>();
      arrivals.set(at, known);
      return known;
    };
    let count = 0;
    const counted = Object.fromEntries(
      Object.entries(routes).map(([path, route]) => [
        path,
        (request: UpstreamRequest): void => {
          route(request);
          arrival(count++).resolve(request);
        },
      ]),
    );
    await withVendor(counted, async ({ batches, requests }) => {
      const running = run(batches, controller.signal);
      running.catch(() => undefined);
      const last = await arrival(index).promise;
      controller.abort(new Error('enough'));
      await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'openai' });
      await last.closed;
      expect(last.response.writableFinished).toBe(false);
      expect(requests).toHaveLength(index + 1);
    });
  });

  test('while the requests are being read sends nothing', async () => {
    await withVendor(SUBMISSION, async ({ batches, requests }) => {
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
      expect(requests).toEqual([]);
    });
  });

  test('beforehand sends nothing', async () => {
    await withVendor({ ...SUBMISSION, [GET_BATCH]: json(batchBody()) }, async ({ batches, requests }) => {
      const signal = AbortSignal.abort();
      for (const run of [runSubmit, runResults])
        await expect(run(batches, signal)).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
      expect(requests).toEqual([]);
    });
  });
});
