import { describe, expect, test } from 'vitest';
import { toArray } from '../../../../support/to-array.ts';
import type { UpstreamRequest } from '../../../../support/upstream/upstream-server.ts';
import { brokenOff, json, jsonLines } from '../../../../support/upstream/vendor-routes.ts';
import { DOWNLOAD, GET_BATCH, withVendor } from './batch-routes.ts';
import {
  answerBody,
  BATCH,
  BLOCKED,
  ended,
  inlined,
  operation,
  OUTPUT_FILE,
} from '../fixtures/hand-made-batches.ts';
import { never } from '../gemini-harness.ts';

const CALL = { signal: never() };

/** What came of each request, in the order it came. */
const ENDS: readonly (readonly [customId: string, end: object])[] = [
  ['third', { response: answerBody('third') }],
  [
    'second',
    {
      error: {
        code: 3,
        message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).',
      },
    },
  ],
  ['fourth', { error: { code: 8, message: 'Quota of project secret is used up.' } }],
  ['fifth', { error: { code: 13, message: 'Internal error.' } }],
  ['sixth', { error: { code: 1, message: 'Cancelled.' } }],
  ['seventh', { response: BLOCKED }],
  ['first', { response: answerBody('first') }],
  ['eighth', {}],
  ['ninth', { response: answerBody('', { content: undefined, finishReason: 'SAFETY' }) }],
  ['first', { response: answerBody('again') }],
];

const OUTPUT_OF_FILE = { responsesFile: OUTPUT_FILE };
const inFile = ENDS.map(([key, end]) => ({ key, ...end }));
const inBatch = ENDS.map(([customId, end]) => ({ metadata: { custom_id: customId }, ...end }));

describe('results', () => {
  test.each([
    ['inlined', { [GET_BATCH]: json(ended(inlined(...inBatch))) }],
    ['in a file', { [GET_BATCH]: json(ended(OUTPUT_OF_FILE)), [DOWNLOAD]: jsonLines(...inFile) }],
  ])('each request has its own end, in the order they come: %s', async (_where, routes) => {
    await withVendor(routes, async ({ batches, upstream }) => {
      const results = await toArray(batches.results(BATCH, CALL));
      expect(results.map(({ customId, status }) => [customId, status])).toEqual([
        ['third', 'succeeded'],
        ['second', 'failed'],
        ['fourth', 'failed'],
        ['fifth', 'failed'],
        ['sixth', 'cancelled'],
        ['seventh', 'failed'],
        ['first', 'succeeded'],
        ['eighth', 'failed'],
        ['ninth', 'failed'],
      ]);
      expect(results[6]).toEqual({
        customId: 'first',
        status: 'succeeded',
        result: {
          text: 'first',
          reasoning: null,
          toolCalls: [],
          citations: [],
          finishReason: 'stop',
          rawFinishReason: 'STOP',
          usage: {
            inputTokens: 10,
            outputTokens: 7,
            totalTokens: 17,
            cacheReadTokens: null,
            cacheWriteTokens: null,
            reasoningTokens: 3,
            audioInputTokens: null,
            source: 'provider',
          },
          warnings: [],
          state: null,
        },
      });
      expect(results.flatMap((result) => (result.status === 'failed' ? [result.error] : []))).toMatchObject([
        { code: 'CONTEXT_LENGTH_EXCEEDED', retryable: false, provider: 'gemini', providerStatus: 400 },
        { code: 'PROVIDER_RATE_LIMITED', retryable: true, providerStatus: 429 },
        { code: 'PROVIDER_FAILED', retryable: true },
        { code: 'CONTENT_FILTERED', retryable: false },
        { code: 'PROVIDER_FAILED' },
        { code: 'CONTENT_FILTERED' },
      ]);
      expect(JSON.stringify(results)).not.toContain('secret');
      for (const { headers, path } of upstream.requests) {
        expect(headers['x-goog-api-key']).toBe('key-made-up');
        expect(path).not.toContain('key-made-up');
      }
    });
  });

  test('an answer that cannot be used fails alone, and one that names no request is left out', async () => {
    const lines = [
      { key: 'cut', response: answerBody('cut', { finishReason: undefined }) },
      { key: 'text', response: 'no object' },
      { response: answerBody('nobody') },
      null,
      { key: 'bad call', response: answerBody('', { finishReason: 'MALFORMED_FUNCTION_CALL' }) },
      { key: 'fine', response: answerBody('fine') },
    ];
    const routes = { [GET_BATCH]: json(ended(OUTPUT_OF_FILE)), [DOWNLOAD]: jsonLines(...lines) };
    const logged: string[] = [];
    const connection = { log: { warn: (_fields: unknown, message: string) => void logged.push(message) } };
    const use: Parameters<typeof withVendor>[1] = async ({ batches }) => {
      expect(await toArray(batches.results(BATCH, CALL))).toMatchObject([
        { customId: 'cut', status: 'failed', error: { code: 'STREAM_TRUNCATED' } },
        { customId: 'text', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
        { customId: 'bad call', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
        { customId: 'fine', status: 'succeeded' },
      ]);
    };
    await withVendor(routes, use, undefined, connection);
    expect(logged).toEqual(['a result of a batch names no request', 'a result of a batch names no request']);
  });

  test('an interrupted answer is told as it is: nothing goes on with it', async () => {
    const candidate = { finishReason: 'CONTINUATION', continuationToken: 'go-on' };
    const output = inlined({ metadata: { custom_id: 'a' }, response: answerBody('so far', candidate) });
    await withVendor({ [GET_BATCH]: json(ended(output)) }, async ({ batches, upstream }) => {
      expect(await toArray(batches.results(BATCH, CALL))).toMatchObject([
        { result: { text: 'so far', finishReason: 'other', rawFinishReason: 'CONTINUATION', warnings: [] } },
      ]);
      expect(upstream.requests).toHaveLength(1);
    });
  });

  test('a request without a result is not made up', async () => {
    const stats = { batchStats: { requestCount: '3', successfulRequestCount: '1', failedRequestCount: '2' } };
    const lines = jsonLines({ key: 'only', response: answerBody('only') });
    const routes = { [GET_BATCH]: json(ended(OUTPUT_OF_FILE, stats)), [DOWNLOAD]: lines };
    await withVendor(routes, async ({ batches }) => {
      expect(await toArray(batches.results(BATCH, CALL))).toMatchObject([{ customId: 'only' }]);
    });
  });

  test('a file with fewer answers than the batch counts throws after the last one', async () => {
    const lines = jsonLines({ key: 'only', response: answerBody('only') });
    await withVendor({ [GET_BATCH]: json(ended(OUTPUT_OF_FILE)), [DOWNLOAD]: lines }, async ({ batches }) => {
      const results = batches.results(BATCH, CALL)[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'only' });
      await expect(results.next()).rejects.toMatchObject({
        code: 'STREAM_TRUNCATED',
        vendorMessage: '1 of 2 answers came',
      });
    });
  });

  test('a file that breaks off, or ends inside a line, throws after the results before', async () => {
    const first = { key: 'a', response: answerBody('a') };
    const insideLine = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/jsonl' });
      response.end(`${JSON.stringify(first)}\n{"key":"b`);
    };
    for (const route of [brokenOff(first), insideLine]) {
      const routes = { [GET_BATCH]: json(ended(OUTPUT_OF_FILE)), [DOWNLOAD]: route };
      await withVendor(routes, async ({ batches }) => {
        const results = batches.results(BATCH, CALL)[Symbol.asyncIterator]();
        expect((await results.next()).value).toMatchObject({ customId: 'a' });
        await expect(results.next()).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
      });
    }
  });

  test('a completed batch without any output is an error; one that ended otherwise has no results', async () => {
    await withVendor({ [GET_BATCH]: json(ended(null)) }, async ({ batches }) => {
      await expect(toArray(batches.results(BATCH, CALL))).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
    });
    for (const state of ['BATCH_STATE_CANCELLED', 'BATCH_STATE_EXPIRED', 'BATCH_STATE_FAILED'])
      await withVendor({ [GET_BATCH]: json(operation({ state }, { done: true })) }, async ({ batches }) => {
        expect(await toArray(batches.results(BATCH, CALL))).toEqual([]);
      });
  });

  test('the results of a cancelled batch are those that there are', async () => {
    const output = inlined({ metadata: { custom_id: 'a' }, response: answerBody('a') });
    const cancelled = ended(output, { state: 'BATCH_STATE_CANCELLED' });
    await withVendor({ [GET_BATCH]: json(cancelled) }, async ({ batches }) => {
      expect(await toArray(batches.results(BATCH, CALL))).toMatchObject([
        { customId: 'a', status: 'succeeded' },
      ]);
    });
  });

  test('ended early, it closes the download', async () => {
    const open = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/jsonl' });
      response.write(`${JSON.stringify({ key: 'a', response: answerBody('a') })}\n`);
    };
    const routes = { [GET_BATCH]: json(ended(OUTPUT_OF_FILE)), [DOWNLOAD]: open };
    await withVendor(routes, async ({ batches, upstream }) => {
      for await (const result of batches.results(BATCH, CALL)) {
        expect(result.customId).toBe('a');
        break;
      }
      await upstream.requests[1]?.closed;
      expect(upstream.requests).toHaveLength(2);
    });
  });
});
