import { describe, expect, test } from 'vitest';
import type { UpstreamRequest } from '../../../../support/upstream/upstream-server.ts';
import { toArray } from '../../../../support/to-array.ts';
import { brokenOff, json, jsonLines } from '../../../../support/upstream/vendor-routes.ts';
import { never } from '../anthropic-harness.ts';
import { GET_BATCH, GET_RESULTS, withVendor } from './batch-routes.ts';
import {
  BATCH_ID,
  batchBody,
  errored,
  messageBody,
  NO_COUNTS,
  other,
  succeeded,
} from '../fixtures/hand-made-batches.ts';

const ofSize = (count: number) => json(batchBody({ request_counts: { ...NO_COUNTS, succeeded: count } }));

describe('results', () => {
  test('each request has its own end, in the order they come', async () => {
    const lines = [
      succeeded('third'),
      errored('second', 'invalid_request_error', 'prompt is too long: 200082 tokens > 200000 maximum'),
      errored('fourth', 'overloaded_error', 'Overloaded'),
      errored('fifth', 'api_error', 'Internal server error of org-secret'),
      other('sixth', 'canceled'),
      other('seventh', 'expired'),
      succeeded('first'),
      other('eighth', 'novelty'),
      succeeded('first', messageBody('again')),
    ];
    const routes = { [GET_BATCH]: ofSize(8), [GET_RESULTS]: jsonLines(...lines) };
    await withVendor(routes, async ({ batches, upstream }) => {
      const results = await toArray(batches.results(BATCH_ID, { signal: never }));
      expect(results.map(({ customId, status }) => [customId, status])).toEqual([
        ['third', 'succeeded'],
        ['second', 'failed'],
        ['fourth', 'failed'],
        ['fifth', 'failed'],
        ['sixth', 'cancelled'],
        ['seventh', 'expired'],
        ['first', 'succeeded'],
        ['eighth', 'failed'],
      ]);
      expect(results.at(-2)).toEqual({
        customId: 'first',
        status: 'succeeded',
        result: {
          text: 'first',
          reasoning: null,
          toolCalls: [],
          citations: [],
          finishReason: 'stop',
          rawFinishReason: 'end_turn',
          usage: {
            inputTokens: 10,
            outputTokens: 5,
            totalTokens: 15,
            cacheReadTokens: 3,
            cacheWriteTokens: 1,
            reasoningTokens: null,
            audioInputTokens: null,
            source: 'provider',
          },
          warnings: [],
          state: null,
        },
      });
      expect(results.flatMap((result) => (result.status === 'failed' ? [result.error] : []))).toMatchObject([
        { code: 'CONTEXT_LENGTH_EXCEEDED', retryable: false, provider: 'anthropic', providerStatus: null },
        { code: 'PROVIDER_OVERLOADED', retryable: true },
        { code: 'PROVIDER_FAILED', retryable: true },
        { code: 'PROVIDER_FAILED' },
      ]);
      expect(JSON.stringify(results)).not.toContain('org-secret');
      expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer sk-made-up',
        'Bearer sk-made-up',
      ]);
    });
  });

  test('an answer that cannot be used fails alone', async () => {
    const lines = [
      succeeded('refused', messageBody('', { content: [], stop_reason: 'refusal' })),
      succeeded('nothing', null),
      errored('no words', '', ''),
      { custom_id: 'no result' },
      { custom_id: 7 },
      null,
      succeeded('fine'),
    ];
    const routes = { [GET_BATCH]: ofSize(7), [GET_RESULTS]: jsonLines(...lines) };
    await withVendor(routes, async ({ batches, warnings }) => {
      expect(await toArray(batches.results(BATCH_ID, { signal: never }))).toMatchObject([
        { customId: 'refused', status: 'failed', error: { code: 'CONTENT_FILTERED' } },
        { customId: 'nothing', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
        { customId: 'no words', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
        { customId: 'no result', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
        { customId: 'fine', status: 'succeeded', result: { text: 'fine' } },
      ]);
      expect(warnings.map(({ message }) => message)).toEqual([
        'a line of a batch names no request',
        'a line of a batch names no request',
      ]);
    });
  });

  test('a paused turn is told as it is: nothing goes on with it', async () => {
    const paused = succeeded('a', messageBody('so far', { stop_reason: 'pause_turn' }));
    const routes = { [GET_BATCH]: ofSize(1), [GET_RESULTS]: jsonLines(paused) };
    await withVendor(routes, async ({ batches, upstream }) => {
      expect(await toArray(batches.results(BATCH_ID, { signal: never }))).toMatchObject([
        { result: { text: 'so far', finishReason: 'other', rawFinishReason: 'pause_turn' } },
      ]);
      expect(upstream.requests).toHaveLength(2);
    });
  });

  test('fewer results than the batch has requests throw after the last one', async () => {
    const routes = { [GET_BATCH]: ofSize(3), [GET_RESULTS]: jsonLines(succeeded('a'), succeeded('b')) };
    await withVendor(routes, async ({ batches }) => {
      const results = batches.results(BATCH_ID, { signal: never })[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'a' });
      expect((await results.next()).value).toMatchObject({ customId: 'b' });
      await expect(results.next()).rejects.toMatchObject({
        code: 'STREAM_TRUNCATED',
        vendorMessage: '2 of 3 results came',
      });
    });
  });

  test('a body that breaks off, or ends inside a line, throws after the results before', async () => {
    const insideLine = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/x-jsonl' });
      response.end(`${JSON.stringify(succeeded('a'))}\n{"custom_id":"b`);
    };
    for (const route of [brokenOff(succeeded('a')), insideLine]) {
      await withVendor({ [GET_BATCH]: ofSize(2), [GET_RESULTS]: route }, async ({ batches }) => {
        const results = batches.results(BATCH_ID, { signal: never })[Symbol.asyncIterator]();
        expect((await results.next()).value).toMatchObject({ customId: 'a' });
        await expect(results.next()).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
      });
    }
  });

  test('huge lines, CRLF and characters cut by packets change nothing', async () => {
    const texts = ['日本🌧'.repeat(60_000), 'é'.repeat(100_000)];
    const slices = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/x-jsonl' });
      const lines = texts.map(
        (text, index) => `${JSON.stringify(succeeded(`r${index}`, messageBody(text)))}\r\n`,
      );
      const bytes = Buffer.from(lines.join('\r\n'));
      for (let at = 0; at < bytes.length; at += 997) response.write(bytes.subarray(at, at + 997));
      response.end();
    };
    await withVendor({ [GET_BATCH]: ofSize(2), [GET_RESULTS]: slices }, async ({ batches }) => {
      const results = await toArray(batches.results(BATCH_ID, { signal: never }));
      expect(results.map((result) => (result.status === 'succeeded' ? result.result.text : ''))).toEqual(
        texts,
      );
    });
  });

  test('results that are gone throw what a single request would', async () => {
    await withVendor({ [GET_BATCH]: ofSize(1) }, async ({ batches }) => {
      await expect(toArray(batches.results(BATCH_ID, { signal: never }))).rejects.toMatchObject({
        code: 'PROVIDER_REJECTED',
        providerStatus: 404,
      });
    });
  });

  test('ended early, it closes the download', async () => {
    const open = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/x-jsonl' });
      response.write(`${JSON.stringify(succeeded('a'))}\n`);
    };
    await withVendor({ [GET_BATCH]: ofSize(2), [GET_RESULTS]: open }, async ({ batches, upstream }) => {
      for await (const result of batches.results(BATCH_ID, { signal: never })) {
        expect(result.customId).toBe('a');
        break;
      }
      await upstream.requests[1]?.closed;
      expect(upstream.requests).toHaveLength(2);
    });
  });
});
