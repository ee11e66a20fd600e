import { describe, expect, test } from 'vitest';
import { XAI_MODELS } from '../../../../../config/providers/xai/models.ts';
import type { BatchOperations } from '../../../../../src/core/vendor-batch.ts';
import { connectXAI } from '../../../../../src/providers/text/xai/provider.ts';
import {
  sendJson,
  startUpstream,
  type UpstreamRequest,
} from '../../../../support/upstream/upstream-server.ts';
import { toArray } from '../../../../support/to-array.ts';
import {
  connectBatches,
  NATIVE_BATCH,
  pathOf,
  readUpload,
  twoRequests,
} from '../../openai-compatible/batch/batch-harness.ts';
import { responseBody } from '../../openai/fixtures/hand-made-batches.ts';
import { createConfig, createConnection, never } from '../../openai/openai-harness.ts';
import {
  BATCH_ID,
  batchBody,
  completion,
  failed,
  SEARCHED,
  succeeded,
} from '../fixtures/hand-made-batches.ts';

const CONFIG = createConfig('responses_api', { provider: 'xai', batch: NATIVE_BATCH });
const options = { signal: never() };

interface Vendor {
  readonly batches: BatchOperations;
  readonly requests: readonly UpstreamRequest[];
  readonly baseUrl: string;
}

const withVendor = async (
  answer: (request: UpstreamRequest) => void,
  use: (vendor: Vendor) => Promise<void>,
  config = CONFIG,
): Promise<void> => {
  await using upstream = await startUpstream(answer);
  const baseUrl = `${upstream.origin}/v1`;
  await use({ batches: connectBatches(connectXAI, config, baseUrl), requests: upstream.requests, baseUrl });
};

const always =
  (body: unknown) =>
  (request: UpstreamRequest): void =>
    sendJson(request, body);

test('submitting uploads one file and creates the batch under the key, with the bodies of single requests', async () => {
  const config = XAI_MODELS['grok-4.3'];
  if (config === undefined) throw new Error('no such model');
  const answer = (request: UpstreamRequest): void => {
    if (pathOf(request) === 'POST /v1/files') return sendJson(request, { id: 'file_xai' });
    if (pathOf(request) === 'POST /v1/batches') return sendJson(request, batchBody());
    return sendJson(request, responseBody('x'));
  };
  await withVendor(
    answer,
    async ({ batches, requests, baseUrl }) => {
      expect(await batches.submit(twoRequests(), { key: 'key-1', ...options })).toEqual({
        id: BATCH_ID,
        state: 'running',
        outcome: null,
        error: null,
        counts: null,
        createdAt: null,
        expiresAt: new Date('2099-09-09'),
        retryAfterMs: null,
      });
      const [uploaded, created] = requests;
      if (uploaded === undefined || created === undefined) throw new Error('requests are missing');
      expect(requests.map(pathOf)).toEqual(['POST /v1/files', 'POST /v1/batches']);
      expect(JSON.parse(created.body)).toEqual({ name: 'key-1', input_file_id: 'file_xai' });
      const upload = await readUpload(uploaded);
      expect(upload.fields).toEqual({});
      expect(upload.lines.map(({ body: _body, ...line }) => line)).toEqual([
        { custom_id: 'first', method: 'POST', url: '/v1/responses' },
        { custom_id: 'second', method: 'POST', url: '/v1/responses' },
      ]);
      const provider = connectXAI(createConnection(baseUrl))(config);
      for await (const { request } of twoRequests()) await provider.generate(request, options);
      expect(upload.lines.map(({ body }) => body)).toEqual(
        requests.slice(2).map(({ body }) => JSON.parse(body) as unknown),
      );
    },
    config,
  );
});

test('any custom id will do', async () => {
  await withVendor(always({}), async ({ batches }) => {
    expect(batches.findCustomIdProblem('x'.repeat(500))).toBeUndefined();
  });
});

test.each([
  [{}, {}, 'running', null],
  [{ num_requests: 3, num_pending: 1, num_success: 2 }, {}, 'running', null],
  [{ num_requests: 3, num_success: 2, num_error: 1 }, {}, 'ended', 'completed'],
  [{ num_requests: 3, num_success: 2, num_cancelled: 1 }, {}, 'ended', 'cancelled'],
  [{ num_requests: 3, num_pending: 3 }, { cancel_time: '2026-08-11' }, 'cancelling', null],
  [{ num_requests: 3, num_success: 3 }, { cancel_time: '2026-08-11' }, 'ended', 'cancelled'],
  [{}, { cancel_time: '2026-08-11' }, 'ended', 'cancelled'],
  [{ num_requests: 3, num_pending: 3 }, { expire_time: '2026-01-01' }, 'ended', 'expired'],
  [{ num_requests: 3, num_success: 3 }, { expire_time: '2026-01-01' }, 'ended', 'completed'],
])('a batch with the counters %j and %j is %s', async (state, part, expected, outcome) => {
  await withVendor(always(batchBody(state, part)), async ({ batches, requests }) => {
    expect(await batches.poll(BATCH_ID, options)).toMatchObject({ state: expected, outcome, error: null });
    expect(requests.map(pathOf)).toEqual([`GET /v1/batches/${BATCH_ID}`]);
  });
});

test('a batch that was refused as a whole says why', async () => {
  const message = 'Line 3 is invalid.';
  const body = batchBody({}, { cancel_time: '2026-08-11', cancel_by_xai_message: message });
  await withVendor(always(body), async ({ batches }) => {
    expect(await batches.poll(BATCH_ID, options)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      error: { code: 'PROVIDER_REJECTED', message: `The provider rejected the request: ${message}` },
    });
  });
});

test('a batch that was refused because the account is empty says nothing of the account', async () => {
  const message =
    'Your team secret has either used all available credits or reached its monthly spending limit.';
  const body = batchBody({}, { cancel_time: '2026-08-11', cancel_by_xai_message: message });
  await withVendor(always(body), async ({ batches }) => {
    const { error } = await batches.poll(BATCH_ID, options);
    expect(error).toMatchObject({ code: 'PROVIDER_AUTHENTICATION', retryable: false });
    expect(error?.message).not.toContain('secret');
  });
});

describe('finding an interrupted submission', () => {
  const paged = (request: UpstreamRequest): void => {
    const token = new URL(request.path, 'http://vendor').searchParams.get('pagination_token');
    if (token === null)
      return sendJson(request, {
        batches: [batchBody({}, { name: 'other' })],
        pagination_token: 'next page',
      });
    return sendJson(request, { batches: [batchBody({ num_requests: 2 })], pagination_token: null });
  };
  const expected = { since: new Date('2026-08-10T12:00:00Z'), total: 2 };

  test('it is found by its name, on whichever page it is', async () => {
    await withVendor(paged, async ({ batches, requests }) => {
      expect(await batches.find('key-1', expected, options)).toMatchObject({ id: BATCH_ID });
      expect(requests.map(({ path }) => path)).toEqual([
        '/v1/batches?limit=100',
        '/v1/batches?limit=100&pagination_token=next%20page',
      ]);
    });
  });

  test('without one there is none, even where every page says there is another', async () => {
    await withVendor(paged, async ({ batches }) => {
      expect(await batches.find('key-2', expected, options)).toBeUndefined();
    });
    await withVendor(always({ batches: [], pagination_token: 'same' }), async ({ batches, requests }) => {
      expect(await batches.find('key-1', expected, options)).toBeUndefined();
      expect(requests).toHaveLength(2);
    });
  });
});

describe('cancelling', () => {
  const cancelled =
    (status: number, batch: unknown) =>
    (request: UpstreamRequest): void => {
      if (request.method === 'GET') return sendJson(request, batch);
      request.response.writeHead(status, { 'content-type': 'application/json' });
      request.response.end(status === 200 ? '' : '{"code":"invalid","error":"Not now."}');
    };
  const running = batchBody({ num_requests: 3, num_pending: 3 });

  test('gives the batch once the vendor has taken note, whatever it answers', async () => {
    await withVendor(cancelled(200, running), async ({ batches, requests }) => {
      expect(await batches.cancel(BATCH_ID, options)).toMatchObject({ state: 'cancelling', outcome: null });
      expect(requests.map(pathOf)).toEqual([
        `POST /v1/batches/${BATCH_ID}:cancel`,
        `GET /v1/batches/${BATCH_ID}`,
      ]);
    });
  });

  test('a batch that has ended is given as it ended', async () => {
    const ended = batchBody({ num_requests: 1, num_success: 1 });
    await withVendor(cancelled(400, ended), async ({ batches }) => {
      expect(await batches.cancel(BATCH_ID, options)).toMatchObject({ outcome: 'completed' });
    });
  });

  test('a refusal while it runs is an error', async () => {
    await withVendor(cancelled(400, running), async ({ batches }) => {
      await expect(batches.cancel(BATCH_ID, options)).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' });
    });
  });
});

describe('results', () => {
  const pages =
    (...lists: readonly (readonly unknown[])[]) =>
    (request: UpstreamRequest): void => {
      const token = new URL(request.path, 'http://vendor').searchParams.get('pagination_token');
      const at = Number(token ?? 0);
      sendJson(request, {
        results: lists[at],
        pagination_token: at < lists.length - 1 ? String(at + 1) : null,
      });
    };

  test('each request has its own end, over all pages, once', async () => {
    const answer = pages(
      [succeeded('second', completion('two')), failed('cancelled', { code: 1, message: 'Cancelled.' })],
      [
        failed('invalid', { code: 3, message: 'No such tool.' }),
        failed('busy', { code: 8, message: 'Team: secret, too many.' }),
        failed('broken', { code: 13, message: 'Oops.' }),
        { batch_request_id: 'told', error_message: 'Content violates usage guidelines.' },
        { batch_request_id: 'nothing' },
        { batch_result: {} },
        null,
      ],
      [
        succeeded('second', completion('again')),
        succeeded('error', { code: 'overloaded', error: 'Busy.' }),
        {
          batch_request_id: 'first',
          batch_result: { response: { chat_get_completion: completion('one') }, error: { code: 0 } },
        },
      ],
    );
    await withVendor(answer, async ({ batches, requests }) => {
      const results = await toArray(batches.results(BATCH_ID, options));
      expect(
        results.map((result) => [
          result.customId,
          result.status === 'failed' ? result.error.code : result.status,
        ]),
      ).toEqual([
        ['second', 'succeeded'],
        ['cancelled', 'cancelled'],
        ['invalid', 'PROVIDER_REJECTED'],
        ['busy', 'PROVIDER_RATE_LIMITED'],
        ['broken', 'PROVIDER_FAILED'],
        ['told', 'CONTENT_FILTERED'],
        ['nothing', 'PROVIDER_FAILED'],
        ['error', 'PROVIDER_OVERLOADED'],
        ['first', 'succeeded'],
      ]);
      expect(results[0]).toMatchObject({
        result: {
          text: 'two',
          finishReason: 'stop',
          usage: { inputTokens: 10, outputTokens: 9, totalTokens: 19, reasoningTokens: 7 },
        },
      });
      expect(JSON.stringify(results)).not.toContain('secret');
      expect(requests.map(({ path }) => path)).toEqual([
        `/v1/batches/${BATCH_ID}`,
        `/v1/batches/${BATCH_ID}/results?limit=100`,
        `/v1/batches/${BATCH_ID}/results?limit=100&pagination_token=1`,
        `/v1/batches/${BATCH_ID}/results?limit=100&pagination_token=2`,
      ]);
    });
  });

  test('an answer in the shape of the Responses API is read as one', async () => {
    await withVendor(pages([succeeded('first', responseBody('one'), 'responses')]), async ({ batches }) => {
      expect(await toArray(batches.results(BATCH_ID, options))).toMatchObject([
        {
          customId: 'first',
          result: { text: 'one', rawFinishReason: 'completed', usage: { outputTokens: 5 } },
        },
      ]);
    });
  });

  test('turns of a search on the way are told as one turn', async () => {
    await withVendor(pages([succeeded('first', SEARCHED)]), async ({ batches }) => {
      expect(await toArray(batches.results(BATCH_ID, options))).toMatchObject([
        {
          result: {
            text: 'Rain.',
            reasoning: 'Search first. Then say it.',
            finishReason: 'tool-calls',
            toolCalls: [
              {
                callId: 'call_s',
                name: 'web_search',
                arguments: { query: 'rain' },
                builtIn: true,
                result: 'It rains.',
              },
              { callId: 'call_c', name: 'umbrella', arguments: { open: true }, builtIn: false, result: null },
            ],
            citations: [{ url: 'https://example.com/rain', title: null }],
          },
        },
      ]);
    });
  });

  test('fewer answers than the batch counts throw after the last one', async () => {
    const listed = pages([
      succeeded('first', completion('one')),
      failed('second', { code: 3, message: 'No.' }),
    ]);
    const answer = (request: UpstreamRequest): void =>
      request.path.includes('/results')
        ? listed(request)
        : sendJson(request, batchBody({ num_requests: 3, num_success: 2, num_error: 1 }));
    await withVendor(answer, async ({ batches }) => {
      const results = batches.results(BATCH_ID, options)[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'first' });
      expect((await results.next()).value).toMatchObject({ customId: 'second' });
      await expect(results.next()).rejects.toMatchObject({
        code: 'STREAM_TRUNCATED',
        vendorMessage: '1 of 2 answers came',
      });
    });
  });

  test('an error on a later page throws after the results before it', async () => {
    const first = pages([succeeded('first', completion('one'))], []);
    const answer = (request: UpstreamRequest): void =>
      request.path.includes('pagination_token')
        ? sendJson(request, { code: 'busy', error: 'Too many requests.' }, { status: 429 })
        : first(request);
    await withVendor(answer, async ({ batches }) => {
      const results = batches.results(BATCH_ID, options)[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'first' });
      await expect(results.next()).rejects.toMatchObject({ code: 'PROVIDER_RATE_LIMITED', provider: 'xai' });
    });
  });
});
