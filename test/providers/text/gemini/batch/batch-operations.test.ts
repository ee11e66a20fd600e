import { describe, expect, test } from 'vitest';
import { GEMINI_MODELS } from '../../../../../config/providers/gemini/models.ts';
import { hasBatchOperations, hasNativeBatch } from '../../../../../src/core/vendor-batch.ts';
import { sendJson } from '../../../../support/upstream/upstream-server.ts';
import { json, type Route } from '../../../../support/upstream/vendor-routes.ts';
import { never } from '../gemini-harness.ts';
import { connect } from '../gemini-harness.ts';
import { CANCEL, GET_BATCH, LIST, withVendor } from './batch-routes.ts';
import { BATCH, ended, INPUT_FILE, operation, OUTPUT_FILE } from '../fixtures/hand-made-batches.ts';

const CALL = { signal: never() };

test('exactly the models whose config says so have batches', () => {
  const configs = Object.values(GEMINI_MODELS);
  const withBatches = configs.filter((config) =>
    hasBatchOperations(connect('http://127.0.0.1:9', {}, config)),
  );
  expect(withBatches.map(({ name }) => name)).toEqual(configs.filter(hasNativeBatch).map(({ name }) => name));
  expect(withBatches.length).toBeGreaterThan(0);
  expect(withBatches.length).toBeLessThan(configs.length);
});

test('any custom id will do', async () => {
  await withVendor({}, async ({ batches }) => {
    expect(batches.findCustomIdProblem('Ω a/b')).toBeUndefined();
  });
});

describe('polling', () => {
  test.each([
    ['BATCH_STATE_UNSPECIFIED', 'running', null],
    ['BATCH_STATE_PENDING', 'running', null],
    ['BATCH_STATE_RUNNING', 'running', null],
    ['JOB_STATE_QUEUED', 'running', null],
    ['JOB_STATE_PAUSED', 'running', null],
    ['JOB_STATE_UPDATING', 'running', null],
    ['BATCH_STATE_OF_NEXT_YEAR', 'running', null],
    ['JOB_STATE_CANCELLING', 'cancelling', null],
    ['BATCH_STATE_SUCCEEDED', 'ended', 'completed'],
    ['JOB_STATE_SUCCEEDED', 'ended', 'completed'],
    ['JOB_STATE_PARTIALLY_SUCCEEDED', 'ended', 'completed'],
    ['BATCH_STATE_CANCELLED', 'ended', 'cancelled'],
    ['BATCH_STATE_EXPIRED', 'ended', 'expired'],
  ])('%s is %s', async (state, expected, outcome) => {
    const batchStats = { requestCount: '5', successfulRequestCount: '2', failedRequestCount: 1 };
    await withVendor(
      { [GET_BATCH]: json(operation({ state, batchStats })) },
      async ({ batches, upstream }) => {
        expect(await batches.poll(BATCH, CALL)).toEqual({
          id: BATCH,
          state: expected,
          outcome,
          error: null,
          counts: { total: 5, succeeded: 2, failed: 1, cancelled: null, expired: null },
          createdAt: new Date('2026-11-22T10:00:00.123Z'),
          expiresAt: null,
          retryAfterMs: null,
        });
        const [request] = upstream.requests;
        expect(request?.headers['x-goog-api-key']).toBe('key-made-up');
        expect(request?.path).toBe('/v1beta/batches/hand-made');
      },
    );
  });

  test('a batch that failed as a whole says why', async () => {
    const error = { code: 3, message: 'Line 2 of the input file is no JSON.' };
    const failed = operation({ state: 'BATCH_STATE_FAILED', batchStats: null }, { done: true, error });
    await withVendor({ [GET_BATCH]: json(failed) }, async ({ batches }) => {
      expect(await batches.poll(BATCH, CALL)).toMatchObject({
        state: 'ended',
        outcome: 'failed',
        counts: null,
        error: {
          code: 'PROVIDER_REJECTED',
          message: 'The provider rejected the request: Line 2 of the input file is no JSON.',
          provider: 'gemini',
        },
      });
    });
  });

  test.each([
    [{ code: 8, message: 'Quota of project secret is used up.' }, 'PROVIDER_RATE_LIMITED'],
    [{ code: 13, message: 'Internal error.' }, 'PROVIDER_FAILED'],
    [{ code: 16, message: 'Bad key.' }, 'PROVIDER_AUTHENTICATION'],
    [undefined, 'PROVIDER_FAILED'],
  ])('its error is classified as that of a single request: %j', async (error, code) => {
    const failed = operation({ state: 'JOB_STATE_FAILED' }, { done: true, error });
    await withVendor({ [GET_BATCH]: json(failed) }, async ({ batches }) => {
      const batch = await batches.poll(BATCH, CALL);
      expect(batch.error?.code).toBe(code);
      expect(batch.error?.message).not.toContain('secret');
    });
  });

  test('an operation that is done has ended, whatever its state is called', async () => {
    const unknown = { state: 'BATCH_STATE_OF_NEXT_YEAR' };
    await withVendor({ [GET_BATCH]: json(operation(unknown, { done: true })) }, async ({ batches }) => {
      expect(await batches.poll(BATCH, CALL)).toMatchObject({ state: 'ended', outcome: 'completed' });
    });
    const error = { code: 14, message: 'Gone.' };
    await withVendor(
      { [GET_BATCH]: json(operation(unknown, { done: true, error })) },
      async ({ batches }) => {
        expect(await batches.poll(BATCH, CALL)).toMatchObject({ outcome: 'failed' });
      },
    );
  });

  test('the vendor may say when to ask again', async () => {
    const hinted = json(operation(), { headers: { 'retry-after': '7' } });
    await withVendor({ [GET_BATCH]: hinted }, async ({ batches }) => {
      expect(await batches.poll(BATCH, CALL)).toMatchObject({ retryAfterMs: 7_000 });
    });
  });

  const page: Route = ({ response }) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
  test.each<[string, Route, object]>([
    ['a page', page, { code: 'PROVIDER_FAILED' }],
    ['something that is no batch', json({}), { code: 'PROVIDER_FAILED' }],
    ['null', json(null), { code: 'PROVIDER_FAILED' }],
    [
      'an error in a success',
      json({ error: { code: 503, message: 'Busy.', status: 'UNAVAILABLE' } }),
      { code: 'PROVIDER_OVERLOADED' },
    ],
    [
      'a bad key',
      json(
        {
          error: {
            code: 400,
            message: 'API key not valid.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
        { status: 400 },
      ),
      { code: 'PROVIDER_AUTHENTICATION', providerStatus: 400 },
    ],
    [
      'a rate limit that says how long to wait',
      json(
        {
          error: {
            code: 429,
            message: 'Slow down.',
            status: 'RESOURCE_EXHAUSTED',
            details: [{ retryDelay: '48s' }],
          },
        },
        { status: 429 },
      ),
      { code: 'PROVIDER_RATE_LIMITED', providerStatus: 429, retryAfterMs: 48_000 },
    ],
    [
      'an unknown batch',
      json({ error: { code: 404, message: 'No.', status: 'NOT_FOUND' } }, { status: 404 }),
      { code: 'PROVIDER_REJECTED', providerStatus: 404 },
    ],
  ])('%s is told once, as for a single request', async (_what, route, expected) => {
    await withVendor({ [GET_BATCH]: route }, async ({ batches, upstream }) => {
      await expect(batches.poll(BATCH, CALL)).rejects.toMatchObject({ ...expected, provider: 'gemini' });
      expect(upstream.requests).toHaveLength(1);
    });
  });
});

describe('finding an interrupted submission', () => {
  const named = (displayName: string, name: string): object => ({ ...operation({ displayName }), name });
  const expected = { since: new Date('2026-11-22T10:00:00Z'), total: 2 };
  const pages =
    (...lists: readonly (readonly object[])[]): Route =>
    (request) => {
      const at = Number(new URL(request.path, 'http://vendor').searchParams.get('pageToken') ?? '0');
      const next = at + 1 < lists.length ? { nextPageToken: String(at + 1) } : {};
      const operations = lists[at] ?? [];
      sendJson(request, { ...(operations.length > 0 && { operations }), ...next });
    };

  test('it is found by its display name on whichever page it is', async () => {
    const list = pages(
      [named('key-2', 'batches/a')],
      [],
      [named('key-3', 'batches/b'), named('key-1', 'batches/mine')],
    );
    await withVendor({ [LIST]: list }, async ({ batches, upstream }) => {
      expect(await batches.find('key-1', expected, CALL)).toMatchObject({
        id: 'batches/mine',
        state: 'running',
      });
      expect(upstream.requests.map(({ path }) => path)).toEqual([
        '/v1beta/batches?pageSize=20',
        '/v1beta/batches?pageSize=20&pageToken=1',
        '/v1beta/batches?pageSize=20&pageToken=2',
      ]);
    });
  });

  test('without one there is none, even at a vendor that always says there is more', async () => {
    const endless = json({ operations: [named('key-2', 'batches/a')], nextPageToken: 'more' });
    await withVendor({ [LIST]: endless }, async ({ batches, upstream }) => {
      expect(await batches.find('key-1', expected, CALL)).toBeUndefined();
      expect(upstream.requests).toHaveLength(2);
    });
    await withVendor({ [LIST]: json({}) }, async ({ batches }) => {
      expect(await batches.find('key-1', expected, CALL)).toBeUndefined();
    });
  });
});

describe('cancelling', () => {
  const refusal = json(
    { error: { code: 400, message: 'The batch has ended.', status: 'FAILED_PRECONDITION' } },
    { status: 400 },
  );

  test('is done once the vendor has taken note', async () => {
    for (const answer of [json({}), json('')])
      await withVendor({ [CANCEL]: answer, [GET_BATCH]: json(operation()) }, async ({ batches }) => {
        expect(await batches.cancel(BATCH, CALL)).toMatchObject({ state: 'cancelling', outcome: null });
      });
  });

  test('a batch that has ended is given as it ended', async () => {
    for (const answer of [json({}), refusal])
      await withVendor({ [CANCEL]: answer, [GET_BATCH]: json(ended(null)) }, async ({ batches }) => {
        expect(await batches.cancel(BATCH, CALL)).toMatchObject({ state: 'ended', outcome: 'completed' });
      });
  });

  test('a refusal while it runs is an error', async () => {
    await withVendor({ [CANCEL]: refusal, [GET_BATCH]: json(operation()) }, async ({ batches }) => {
      await expect(batches.cancel(BATCH, CALL)).rejects.toMatchObject({ providerStatus: 400 });
    });
  });
});

describe('deleting', () => {
  test('deletes the files of the batch, then the batch', async () => {
    const inputConfig = { fileName: INPUT_FILE };
    const files = ended({ responsesFile: OUTPUT_FILE }, { inputConfig });
    const deletions = [INPUT_FILE, OUTPUT_FILE, BATCH].map((name) => `DELETE /v1beta/${name}`);
    const routes = Object.fromEntries(deletions.map((route) => [route, json({})]));
    await withVendor({ [GET_BATCH]: json(files), ...routes }, async ({ batches, upstream }) => {
      await batches.delete?.(BATCH, CALL);
      expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
        GET_BATCH,
        ...deletions,
      ]);
    });
  });

  test('has nothing to do where the batch is gone', async () => {
    const gone = json({ error: { code: 404, message: 'Not found.', status: 'NOT_FOUND' } }, { status: 404 });
    await withVendor({ [GET_BATCH]: gone }, async ({ batches, upstream }) => {
      await batches.delete?.(BATCH, CALL);
      expect(upstream.requests).toHaveLength(1);
    });
  });
});
