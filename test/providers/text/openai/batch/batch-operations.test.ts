import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import {
  sendJson,
  startUpstream,
  type UpstreamRequest,
} from '../../../../support/upstream/upstream-server.ts';
import { pathOf, readUpload, toRequests, twoRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { json } from '../../../../support/upstream/vendor-routes.ts';
import { CHAT, GET_BATCH, RESPONSES, SUBMISSION, WITH_FILES, withVendor } from './batch-routes.ts';
import {
  BATCH_ID,
  BUSY,
  batchBody,
  chatBody,
  ERROR_FILE,
  INPUT_FILE,
  OUTPUT_FILE,
  responseBody,
} from '../fixtures/hand-made-batches.ts';
import { connect, never } from '../openai-harness.ts';

describe('submitting', () => {
  test.each([
    [RESPONSES, '/v1/responses'],
    [CHAT, '/v1/chat/completions'],
  ])(
    'uploads one file whose bodies are those of single requests, then creates the batch (%#)',
    async (config, endpoint) => {
      await withVendor(
        SUBMISSION,
        async ({ batches, requests }) => {
          const batch = await batches.submit(twoRequests(), { key: 'key-1', signal: never() });
          expect(batch).toEqual({
            id: BATCH_ID,
            state: 'running',
            outcome: null,
            error: null,
            counts: null,
            createdAt: new Date(1_795_000_000_000),
            expiresAt: new Date(1_795_086_400_000),
            retryAfterMs: null,
          });
          expect(requests.map(pathOf)).toEqual(['POST /v1/files', 'POST /v1/batches']);
          const [uploaded, created] = requests;
          if (uploaded === undefined || created === undefined) throw new Error('requests are missing');
          expect([uploaded, created].map(({ headers }) => headers.authorization)).toEqual([
            'Bearer sk-test',
            'Bearer sk-test',
          ]);
          const upload = await readUpload(uploaded);
          expect(upload.fields).toEqual({
            purpose: 'batch',
            'expires_after[anchor]': 'created_at',
            'expires_after[seconds]': '259200',
          });
          expect(upload.lines.map(({ body: _body, ...line }) => line)).toEqual([
            { custom_id: 'first', method: 'POST', url: endpoint },
            { custom_id: 'second', method: 'POST', url: endpoint },
          ]);
          expect(upload.lines.map(({ body }) => body)).toEqual(await singleBodies(config));
          expect(JSON.parse(created.body)).toEqual({
            input_file_id: INPUT_FILE,
            endpoint,
            completion_window: '24h',
            metadata: { modelgraph_batch: 'key-1' },
          });
        },
        config,
      );
    },
  );

  test('a request takes as many bytes in the file as it is said to', async () => {
    await withVendor(SUBMISSION, async ({ batches, requests }) => {
      let size = 0;
      for await (const request of twoRequests()) size += batches.sizeOf(request);
      await batches.submit(twoRequests(), { key: 'key-1', signal: never() });
      const [uploaded] = requests;
      if (uploaded === undefined) throw new Error('nothing was uploaded');
      const { text } = await readUpload(uploaded);
      expect(Buffer.byteLength(text)).toBe(size);
      expect(text.endsWith('\n')).toBe(true);
    });
  });

  test('what the requests themselves throw is thrown on, and nothing is sent', async () => {
    await withVendor(SUBMISSION, async ({ batches, requests }) => {
      const broken = async function* (): ReturnType<typeof toRequests> {
        yield* toRequests({ a: {} });
        throw new RangeError('the store is gone');
      };
      const submission = batches.submit(broken(), { key: 'key-1', signal: never() });
      await expect(submission).rejects.toThrow(new RangeError('the store is gone'));
      expect(requests).toEqual([]);
    });
  });

  test.each([
    [
      'POST /v1/files',
      401,
      { error: { message: 'bad key', code: 'invalid_api_key' } },
      'PROVIDER_AUTHENTICATION',
    ],
    ['POST /v1/batches', 429, BUSY, 'PROVIDER_RATE_LIMITED'],
    ['POST /v1/batches', 400, { error: { message: 'no such endpoint' } }, 'PROVIDER_REJECTED'],
    ['POST /v1/batches', 500, { error: { message: 'oops' } }, 'PROVIDER_FAILED'],
  ])('a refused %s with %i is told once, as for a single request', async (path, status, body, code) => {
    await withVendor({ ...SUBMISSION, [path]: json(body, { status }) }, async ({ batches, requests }) => {
      await expect(batches.submit(twoRequests(), { key: 'key-1', signal: never() })).rejects.toMatchObject({
        code,
        provider: 'openai',
        providerStatus: status,
      });
      expect(requests.filter((request) => pathOf(request) === path)).toHaveLength(1);
    });
  });
});

describe('finding an interrupted submission', () => {
  const mine = batchBody({ id: 'batch_mine', metadata: { modelgraph_batch: 'key-1' } });
  const others = (from: number, created = 1_795_000_000): unknown[] =>
    Array.from({ length: 2 }, (_, index) =>
      batchBody({
        id: `batch_${from + index}`,
        created_at: created,
        metadata: { modelgraph_batch: 'key-2' },
      }),
    );
  const pages =
    (...lists: readonly (readonly unknown[])[]) =>
    (request: UpstreamRequest): void => {
      const after = new URL(request.path, 'http://vendor').searchParams.get('after');
      const at =
        after === null ? 0 : lists.findIndex((list) => (list.at(-1) as { id: string }).id === after) + 1;
      sendJson(request, { object: 'list', data: lists[at] ?? [], has_more: at < lists.length - 1 });
    };
  const since = new Date(1_794_999_000_000);

  test('it is found by its key on whichever page it is', async () => {
    await withVendor(
      { 'GET /v1/batches': pages(others(0), others(2), [...others(4), mine]) },
      async (vendor) => {
        const found = await vendor.batches.find('key-1', { since, total: 2 }, { signal: never() });
        expect(found?.id).toBe('batch_mine');
        expect(vendor.requests.map(({ path }) => path)).toEqual([
          '/v1/batches?limit=100',
          '/v1/batches?limit=100&after=batch_1',
          '/v1/batches?limit=100&after=batch_3',
        ]);
      },
    );
  });

  test('batches older than the submission are not searched', async () => {
    const old = 1_794_000_000;
    await withVendor({ 'GET /v1/batches': pages(others(0), others(2, old), [mine]) }, async (vendor) => {
      expect(await vendor.batches.find('key-1', { since, total: 2 }, { signal: never() })).toBeUndefined();
      expect(vendor.requests).toHaveLength(2);
    });
  });

  test('where the oldest come first, all of them are searched', async () => {
    const old = 1_794_000_000;
    const list = pages(others(0, old), others(2, old + 1), [...others(4), mine]);
    await withVendor({ 'GET /v1/batches': list }, async ({ batches }) => {
      const found = await batches.find('key-1', { since, total: 2 }, { signal: never() });
      expect(found?.id).toBe('batch_mine');
    });
  });

  test('a vendor that does not say whether there is more is asked until there is none', async () => {
    const unsaid = (request: UpstreamRequest): void => {
      const after = new URL(request.path, 'http://vendor').searchParams.get('after');
      sendJson(request, {
        object: 'list',
        data: after === null ? others(0) : after === 'batch_1' ? [mine] : [],
      });
    };
    await withVendor({ 'GET /v1/batches': unsaid }, async ({ batches, requests }) => {
      const expected = { since, total: 2 };
      expect((await batches.find('key-1', expected, { signal: never() }))?.id).toBe('batch_mine');
      expect(await batches.find('key-9', expected, { signal: never() })).toBeUndefined();
      expect(requests).toHaveLength(2 + 3);
    });
  });

  test('without one there is none, even at a vendor that always says there is more', async () => {
    const endless = (request: UpstreamRequest): void =>
      sendJson(request, { object: 'list', data: others(0), has_more: true });
    await withVendor({ 'GET /v1/batches': endless }, async (vendor) => {
      expect(await vendor.batches.find('key-1', { since, total: 2 }, { signal: never() })).toBeUndefined();
      expect(vendor.requests).toHaveLength(2);
    });
    await withVendor({ 'GET /v1/batches': json({ object: 'list', data: [] }) }, async ({ batches }) => {
      expect(await batches.find('key-1', { since, total: 2 }, { signal: never() })).toBeUndefined();
    });
  });
});

describe('polling', () => {
  test.each([
    ['validating', 'running', null],
    ['in_progress', 'running', null],
    ['finalizing', 'running', null],
    ['a_status_of_next_year', 'running', null],
    ['cancelling', 'cancelling', null],
    ['completed', 'ended', 'completed'],
    ['expired', 'ended', 'expired'],
    ['cancelled', 'ended', 'cancelled'],
  ])('%s is %s', async (status, state, outcome) => {
    await withVendor({ [GET_BATCH]: json(batchBody({ status })) }, async ({ batches }) => {
      expect(await batches.poll(BATCH_ID, { signal: never() })).toMatchObject({
        state,
        outcome,
        error: null,
        counts: { total: 5, succeeded: 2, failed: 3, cancelled: null, expired: null },
      });
    });
  });

  test.each([
    [
      [
        { code: 'invalid_json_line', line: 1, message: 'This line is no JSON.' },
        { code: 'mismatched_model', line: 2, message: 'Another model.' },
        { code: 'invalid_url', line: 3, message: 'Another endpoint.' },
        { code: 'invalid_url', line: 4, message: 'Not quoted.' },
      ],
      'PROVIDER_REJECTED',
      'The provider rejected the request: Line 1: This line is no JSON. Line 2: Another model. Line 3: Another endpoint.',
    ],
    [
      [{ code: 'token_limit_exceeded', message: 'Enqueued token limit reached in organization org-secret.' }],
      'PROVIDER_RATE_LIMITED',
      'The provider is limiting the rate of requests. Wait and send the request again.',
    ],
    [
      [{ code: 'billing_hard_limit_reached', message: 'Billing hard limit of org-secret.' }],
      'PROVIDER_AUTHENTICATION',
      expect.stringMatching(/^The provider refused this server's [^:]+$/),
    ],
    [
      [{ code: 'server_error', message: 'Oops.' }],
      'PROVIDER_FAILED',
      'The provider failed to complete the request.',
    ],
    [null, 'PROVIDER_FAILED', 'The provider failed to complete the request.'],
  ])('a batch that failed as a whole says why: %j', async (data, code, message) => {
    const body = batchBody({ status: 'failed', errors: data && { object: 'list', data } });
    await withVendor({ [GET_BATCH]: json(body) }, async ({ batches }) => {
      expect(await batches.poll(BATCH_ID, { signal: never() })).toMatchObject({
        state: 'ended',
        outcome: 'failed',
        error: { code, message, provider: 'openai' },
      });
    });
  });
});

describe('cancelling', () => {
  const CANCEL = `POST /v1/batches/${BATCH_ID}/cancel`;
  const conflict = json(
    { error: { message: "Cannot cancel a batch with status 'completed'." } },
    { status: 409 },
  );

  test('is done once the vendor has taken note', async () => {
    await withVendor(
      { [CANCEL]: json(batchBody({ status: 'cancelling' })) },
      async ({ batches, requests }) => {
        expect(await batches.cancel(BATCH_ID, { signal: never() })).toMatchObject({ state: 'cancelling' });
        expect(requests).toHaveLength(1);
      },
    );
  });

  test('a batch that has ended is given as it ended', async () => {
    await withVendor({ [CANCEL]: conflict, [GET_BATCH]: json(batchBody()) }, async ({ batches }) => {
      expect(await batches.cancel(BATCH_ID, { signal: never() })).toMatchObject({ outcome: 'completed' });
    });
  });

  test('a refusal while it runs is an error, and so is a failure', async () => {
    const running = json(batchBody({ status: 'in_progress' }));
    await withVendor({ [CANCEL]: conflict, [GET_BATCH]: running }, async ({ batches }) => {
      await expect(batches.cancel(BATCH_ID, { signal: never() })).rejects.toMatchObject({
        providerStatus: 409,
      });
    });
    await withVendor({ [GET_BATCH]: json(batchBody()) }, async ({ batches, requests }) => {
      await expect(batches.cancel(BATCH_ID, { signal: never() })).rejects.toMatchObject({
        providerStatus: 404,
      });
      expect(requests).toHaveLength(1);
    });
  });
});

test('a custom id of 64 characters is taken, a longer one is not', async () => {
  await withVendor({}, async ({ batches }) => {
    expect(batches.findCustomIdProblem('x'.repeat(64))).toBeUndefined();
    expect(batches.findCustomIdProblem('x'.repeat(65))).toBe('It may have at most 64 characters.');
  });
});

/** What the same requests send when they are made one by one. */
const singleBodies = async (config: ModelConfig): Promise<readonly unknown[]> => {
  await using upstream = await startUpstream((request) =>
    sendJson(request, config.apiType === 'responses_api' ? responseBody('x') : chatBody('x')),
  );
  const provider = connect(`${upstream.origin}/v1`, config);
  for await (const { request } of twoRequests()) await provider.generate(request, { signal: never() });
  return upstream.requests.map(({ body }) => JSON.parse(body) as unknown);
};

describe('deleting', () => {
  const FILES = [INPUT_FILE, OUTPUT_FILE, ERROR_FILE].map((id) => `DELETE /v1/files/${id}`);
  const done = json({ deleted: true });
  const gone = json({ error: { message: 'No such file.' } }, { status: 404 });

  test('deletes the three files of the batch; one that is gone is deleted already', async () => {
    const [input, output, errors] = FILES as [string, string, string];
    const routes = { [GET_BATCH]: json(WITH_FILES), [input]: done, [output]: gone, [errors]: done };
    await withVendor(routes, async ({ batches, requests }) => {
      await batches.delete?.(BATCH_ID, { signal: never() });
      expect(requests.map(pathOf)).toEqual([GET_BATCH, ...FILES]);
    });
  });

  test('has nothing to do where the batch is gone', async () => {
    await withVendor({ [GET_BATCH]: gone }, async ({ batches, requests }) => {
      await batches.delete?.(BATCH_ID, { signal: never() });
      expect(requests.map(pathOf)).toEqual([GET_BATCH]);
    });
  });

  test('fails once all have been attempted', async () => {
    const [input, output, errors] = FILES as [string, string, string];
    const busy = json({ error: { message: 'Busy.' } }, { status: 500 });
    const routes = { [GET_BATCH]: json(WITH_FILES), [input]: busy, [output]: done, [errors]: done };
    await withVendor(routes, async ({ batches, requests }) => {
      await expect(batches.delete?.(BATCH_ID, { signal: never() })).rejects.toMatchObject({
        providerStatus: 500,
      });
      expect(requests.map(pathOf)).toEqual([GET_BATCH, ...FILES]);
    });
  });
});
