import { describe, expect, test } from 'vitest';
import { ANTHROPIC_MODELS } from '../../../../../config/providers/anthropic/models.ts';
import { hasBatchOperations } from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import { json } from '../../../../support/upstream/vendor-routes.ts';
import { NATIVE_BATCH, toRequests, twoRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { anthropicConfig, connectTo, never, requestOf } from '../anthropic-harness.ts';
import { CANCEL, CREATE, GET_BATCH, SUBMISSION, withVendor } from './batch-routes.ts';
import { BATCH_ID, batchBody, messageBody, NO_COUNTS, runningBody } from '../fixtures/hand-made-batches.ts';

const OPTIONS = { key: 'key-1', signal: never };

test('every model of the catalogue has batches, and a model without them has none', () => {
  const models = Object.values(ANTHROPIC_MODELS);
  const has = (config: ModelConfig): boolean =>
    hasBatchOperations(connectTo('http://127.0.0.1:9', { config }).provider);
  expect(models.filter((config) => !has(config))).toEqual([]);
  expect(has(anthropicConfig({ batch: { type: 'none' } }))).toBe(false);
});

test('a custom id is 1 to 64 of the characters the vendor takes', async () => {
  await withVendor({}, async ({ batches }) => {
    for (const id of ['a', 'A_b-9', 'x'.repeat(64)]) expect(batches.findCustomIdProblem(id)).toBeUndefined();
    for (const id of ['', 'x'.repeat(65), 'a b', 'a.b', 'ä', 'a\n'])
      expect(batches.findCustomIdProblem(id)).toMatch(/^It must have 1 to 64 characters/);
  });
});

describe('submitting', () => {
  test('creates the batch in one call, whose requests are those of single waiting requests', async () => {
    await withVendor({ ...SUBMISSION, 'POST /v1/messages': json(messageBody('x')) }, async (vendor) => {
      const { batches, upstream } = vendor;
      const batch = await batches.submit(twoRequests(), OPTIONS);
      expect(batch).toEqual({
        id: BATCH_ID,
        state: 'running',
        outcome: null,
        error: null,
        counts: { total: 2, succeeded: null, failed: null, cancelled: null, expired: null },
        createdAt: new Date('2026-11-22T10:00:00Z'),
        expiresAt: new Date('2026-11-23T10:00:00Z'),
        retryAfterMs: null,
      });
      const { provider } = connectTo(upstream.origin);
      for await (const { request } of twoRequests()) await provider.generate(request, { signal: never });
      const [created, ...singles] = upstream.requests;
      expect(created?.headers).toMatchObject({
        authorization: 'Bearer sk-made-up',
        'anthropic-version': '2026-10-21',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(created?.body ?? '')),
      });
      expect(JSON.parse(created?.body ?? '')).toEqual({
        requests: [
          { custom_id: 'first', params: JSON.parse(singles[0]?.body ?? '') },
          { custom_id: 'second', params: JSON.parse(singles[1]?.body ?? '') },
        ],
      });
    });
  });

  test('a body of as many bytes as the model takes is sent; with one more nothing is', async () => {
    const config = anthropicConfig({ batch: { ...NATIVE_BATCH, maxFileSizeMb: 1 } });
    await withVendor(
      SUBMISSION,
      async ({ batches, upstream }) => {
        const empty = batches.sizeOf({
          customId: 'a',
          request: requestOf({ maxOutputTokens: 500, system: '.' }),
        });
        const ofSize = (bytes: number): ReturnType<typeof toRequests> =>
          toRequests({ a: { system: `.${'x'.repeat(bytes - empty)}` } });
        await batches.submit(ofSize(1024 * 1024), OPTIONS);
        expect(Buffer.byteLength(upstream.requests[0]?.body ?? '')).toBe(1024 * 1024);
        await expect(batches.submit(ofSize(1024 * 1024 + 1), OPTIONS)).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
          message: expect.stringContaining('at most 1 MB'),
        });
        expect(upstream.requests).toHaveLength(1);
      },
      config,
    );
  });

  test('requests never take more bytes together than they are said to', async () => {
    await withVendor(SUBMISSION, async ({ batches, upstream }) => {
      let size = 0;
      for await (const request of twoRequests()) size += batches.sizeOf(request);
      await batches.submit(twoRequests(), OPTIONS);
      const sent = Buffer.byteLength(upstream.requests[0]?.body ?? '');
      expect(sent).toBeLessThanOrEqual(size);
      expect(size - sent).toBeLessThan(40);
    });
  });

  test('what the requests themselves throw is thrown on, and nothing is sent', async () => {
    await withVendor(SUBMISSION, async ({ batches, upstream }) => {
      const broken = async function* (): ReturnType<typeof toRequests> {
        yield* toRequests({ a: {} });
        throw new RangeError('the store is gone');
      };
      await expect(batches.submit(broken(), OPTIONS)).rejects.toThrow(new RangeError('the store is gone'));
      expect(upstream.requests).toEqual([]);
    });
  });

  test.each([
    [401, 'authentication_error', 'PROVIDER_AUTHENTICATION'],
    [413, 'request_too_large', 'PROVIDER_REJECTED'],
    [429, 'rate_limit_error', 'PROVIDER_RATE_LIMITED'],
    [529, 'overloaded_error', 'PROVIDER_OVERLOADED'],
  ])('a refusal with %i is told once, as for a single request', async (status, type, code) => {
    const refusal = json({ type: 'error', error: { type, message: 'no' } }, { status });
    await withVendor({ [CREATE]: refusal }, async ({ batches, upstream }) => {
      await expect(batches.submit(twoRequests(), OPTIONS)).rejects.toMatchObject({
        code,
        provider: 'anthropic',
        providerStatus: status,
      });
      expect(upstream.requests).toHaveLength(1);
    });
  });
});

describe('polling', () => {
  test.each([
    ['in_progress', 'running'],
    ['canceling', 'cancelling'],
    ['a_status_of_next_year', 'running'],
  ])('%s is %s', async (status, state) => {
    const body = runningBody({ processing_status: status });
    await withVendor({ [GET_BATCH]: json(body) }, async ({ batches }) => {
      expect(await batches.poll(BATCH_ID, { signal: never })).toMatchObject({
        state,
        outcome: null,
        counts: { total: 2, succeeded: null, failed: null, cancelled: null, expired: null },
      });
    });
  });

  const CANCELLED_AT = { cancel_initiated_at: '2026-11-22T10:01:00Z' };
  test.each([
    ['all requests have an end of their own', { succeeded: 1, errored: 2 }, {}, 'completed'],
    ['none was left to be cancelled', { succeeded: 2 }, CANCELLED_AT, 'completed'],
    ['some were cancelled', { succeeded: 1, canceled: 3 }, CANCELLED_AT, 'cancelled'],
    ['all were cancelled by the vendor', { canceled: 3 }, {}, 'cancelled'],
    ['some ran out of time', { succeeded: 1, expired: 1, errored: 1 }, {}, 'expired'],
    [
      'some ran out of time while others were cancelled',
      { expired: 1, canceled: 1 },
      CANCELLED_AT,
      'cancelled',
    ],
  ])('ended where %s', async (_how, counts, part, outcome) => {
    const requestCounts = { ...NO_COUNTS, ...counts };
    const body = batchBody({ request_counts: requestCounts, ...part });
    await withVendor({ [GET_BATCH]: json(body) }, async ({ batches }) => {
      expect(await batches.poll(BATCH_ID, { signal: never })).toMatchObject({
        state: 'ended',
        outcome,
        error: null,
        counts: {
          total: Object.values(counts).reduce((sum, count) => sum + count, 0),
          succeeded: requestCounts.succeeded,
          failed: requestCounts.errored,
          cancelled: requestCounts.canceled,
          expired: requestCounts.expired,
        },
      });
    });
  });

  test('the vendor says when to ask again', async () => {
    const hinted = json(runningBody(), { headers: { 'retry-after': '10' } });
    await withVendor({ [GET_BATCH]: hinted }, async ({ batches }) => {
      expect(await batches.poll(BATCH_ID, { signal: never })).toMatchObject({ retryAfterMs: 10_000 });
    });
  });
});

describe('cancelling', () => {
  const refusal = json(
    { type: 'error', error: { type: 'invalid_request_error', message: 'Batch has ended.' } },
    { status: 400 },
  );

  test('is done once the vendor has taken note', async () => {
    const body = runningBody({ processing_status: 'canceling' });
    await withVendor({ [CANCEL]: json(body) }, async ({ batches, upstream }) => {
      expect(await batches.cancel(BATCH_ID, { signal: never })).toMatchObject({ state: 'cancelling' });
      expect(upstream.requests).toHaveLength(1);
    });
  });

  test('a batch that has ended is given as it ended', async () => {
    await withVendor({ [CANCEL]: refusal, [GET_BATCH]: json(batchBody()) }, async ({ batches }) => {
      expect(await batches.cancel(BATCH_ID, { signal: never })).toMatchObject({ outcome: 'completed' });
    });
  });

  test('a refusal while it runs is an error', async () => {
    await withVendor({ [CANCEL]: refusal, [GET_BATCH]: json(runningBody()) }, async ({ batches }) => {
      await expect(batches.cancel(BATCH_ID, { signal: never })).rejects.toMatchObject({
        providerStatus: 400,
      });
    });
  });
});

describe('deleting', () => {
  const DELETE = `DELETE /v1/messages/batches/${BATCH_ID}`;

  test('deletes the batch with its requests and results', async () => {
    const deleted = json({ id: BATCH_ID, type: 'message_batch_deleted' });
    await withVendor({ [DELETE]: deleted }, async ({ batches, upstream }) => {
      await batches.delete?.(BATCH_ID, { signal: never });
      expect(upstream.requests).toHaveLength(1);
    });
  });

  test('one that is gone is deleted already, and a failure is an error', async () => {
    const error = (type: string, status: number) =>
      json({ type: 'error', error: { type, message: 'No.' } }, { status });
    await withVendor({ [DELETE]: error('not_found_error', 404) }, async ({ batches }) => {
      await expect(batches.delete?.(BATCH_ID, { signal: never })).resolves.toBeUndefined();
    });
    await withVendor({ [DELETE]: error('api_error', 500) }, async ({ batches }) => {
      await expect(batches.delete?.(BATCH_ID, { signal: never })).rejects.toMatchObject({
        providerStatus: 500,
      });
    });
  });
});
