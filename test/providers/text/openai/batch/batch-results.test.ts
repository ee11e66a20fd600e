import { describe, expect, test } from 'vitest';
import { type UpstreamRequest } from '../../../../support/upstream/upstream-server.ts';
import { json } from '../../../../support/upstream/vendor-routes.ts';
import { toArray } from '../../../../support/to-array.ts';
import { CHAT, file, GET_BATCH, GET_ERRORS, GET_OUTPUT, WITH_FILES, withVendor } from './batch-routes.ts';
import {
  BATCH_ID,
  BUSY,
  batchBody,
  CANCELLED,
  chatBody,
  ERROR_FILE,
  EXPIRED,
  OUTPUT_FILE,
  responseBody,
  resultLine,
  TOO_LONG,
} from '../fixtures/hand-made-batches.ts';
import { never } from '../openai-harness.ts';

const ONE = { total: 1, completed: 1, failed: 0 };

describe('results', () => {
  test('each request has its own end, in the order of output file and error file', async () => {
    await withVendor(
      {
        [GET_BATCH]: json(WITH_FILES),
        [GET_OUTPUT]: file(
          resultLine('third', { body: responseBody('three') }),
          resultLine('first', { body: responseBody('one') }),
        ),
        [GET_ERRORS]: file(
          resultLine('second', { status: 400, body: TOO_LONG }),
          resultLine('fourth', { status: 429, body: BUSY }),
          resultLine('fifth', { error: EXPIRED }),
          resultLine('sixth', { error: CANCELLED }),
          resultLine('seventh', { error: { code: 'server_error', message: 'Oops.' } }),
          resultLine('first', { error: EXPIRED }),
          resultLine('eighth', {}),
        ),
      },
      async ({ batches }) => {
        const results = await toArray(batches.results(BATCH_ID, { signal: never() }));
        expect(results.map(({ customId, status }) => [customId, status])).toEqual([
          ['third', 'succeeded'],
          ['first', 'succeeded'],
          ['second', 'failed'],
          ['fourth', 'failed'],
          ['fifth', 'expired'],
          ['sixth', 'cancelled'],
          ['seventh', 'failed'],
          ['eighth', 'failed'],
        ]);
        expect(results[1]).toEqual({
          customId: 'first',
          status: 'succeeded',
          result: {
            text: 'one',
            reasoning: null,
            toolCalls: [],
            citations: [],
            finishReason: 'stop',
            rawFinishReason: 'completed',
            usage: {
              inputTokens: 10,
              outputTokens: 5,
              totalTokens: 15,
              cacheReadTokens: 4,
              cacheWriteTokens: null,
              reasoningTokens: 3,
              audioInputTokens: null,
              source: 'provider',
            },
            warnings: [],
            state: null,
          },
        });
        expect(results.flatMap((result) => (result.status === 'failed' ? [result.error] : []))).toMatchObject(
          [
            { code: 'CONTEXT_LENGTH_EXCEEDED', retryable: false, provider: 'openai', providerStatus: 400 },
            { code: 'PROVIDER_RATE_LIMITED', retryable: true, providerStatus: 429 },
            { code: 'PROVIDER_FAILED', retryable: true, providerStatus: null },
            { code: 'PROVIDER_FAILED', providerStatus: null },
          ],
        );
        expect(JSON.stringify(results)).not.toContain('org-secret');
      },
    );
  });

  test('an answer that cannot be used fails alone', async () => {
    const { status: _status, ...unfinished } = responseBody('cut');
    await withVendor(
      {
        [GET_BATCH]: json(batchBody({ output_file_id: OUTPUT_FILE })),
        [GET_OUTPUT]: file(
          resultLine('failed', {
            body: {
              ...responseBody(''),
              status: 'failed',
              output: [],
              error: { code: 'server_error', message: 'Oops.' },
            },
          }),
          resultLine('cut', { body: unfinished }),
          resultLine('error', { body: TOO_LONG }),
          resultLine('text', { body: 'no object' }),
          JSON.stringify({ custom_id: 7 }),
          'null',
          resultLine('fine', { body: responseBody('fine') }),
        ),
      },
      async ({ batches }) => {
        expect(await toArray(batches.results(BATCH_ID, { signal: never() }))).toMatchObject([
          { customId: 'failed', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
          { customId: 'cut', status: 'failed', error: { code: 'STREAM_TRUNCATED' } },
          { customId: 'error', status: 'failed', error: { code: 'CONTEXT_LENGTH_EXCEEDED' } },
          { customId: 'text', status: 'failed', error: { code: 'PROVIDER_FAILED' } },
          { customId: 'fine', status: 'succeeded', result: { text: 'fine' } },
        ]);
      },
    );
  });

  test('a chat completion is read as one', async () => {
    await withVendor(
      {
        [GET_BATCH]: json(batchBody({ output_file_id: OUTPUT_FILE, request_counts: ONE })),
        [GET_OUTPUT]: file(resultLine('first', { body: chatBody('one') })),
      },
      async ({ batches }) => {
        expect(await toArray(batches.results(BATCH_ID, { signal: never() }))).toMatchObject([
          { customId: 'first', result: { text: 'one', rawFinishReason: 'stop', usage: { totalTokens: 15 } } },
        ]);
      },
      CHAT,
    );
  });

  test.each(['cancelled', 'expired', 'failed'])('a %s batch without files has no results', async (status) => {
    const body = batchBody({ status, error_file_id: '' });
    await withVendor({ [GET_BATCH]: json(body) }, async ({ batches, requests }) => {
      expect(await toArray(batches.results(BATCH_ID, { signal: never() }))).toEqual([]);
      expect(requests).toHaveLength(1);
    });
  });

  test('a completed batch all of whose requests failed has an error file alone', async () => {
    const counts = { total: 1, completed: 0, failed: 1 };
    const routes = {
      [GET_BATCH]: json(batchBody({ error_file_id: ERROR_FILE, request_counts: counts })),
      [GET_ERRORS]: file(resultLine('only', { status: 400, body: TOO_LONG })),
    };
    await withVendor(routes, async ({ batches }) => {
      expect(await toArray(batches.results(BATCH_ID, { signal: never() }))).toMatchObject([
        { customId: 'only', status: 'failed' },
      ]);
    });
  });

  test('a completed batch whose answers are not there throws after the results that are', async () => {
    const errors = { error_file_id: ERROR_FILE };
    const missing = { [GET_BATCH]: json(batchBody(errors)) };
    const short = {
      [GET_BATCH]: json(batchBody({ ...errors, output_file_id: OUTPUT_FILE })),
      [GET_OUTPUT]: file(resultLine('first', { body: responseBody('one') })),
    };
    const failed = file(...['a', 'b', 'c'].map((id) => resultLine(id, { error: EXPIRED })));
    for (const [routes, came] of [
      [missing, 0],
      [short, 1],
    ] as const)
      await withVendor({ ...routes, [GET_ERRORS]: failed }, async ({ batches }) => {
        const read: string[] = [];
        const reading = async (): Promise<void> => {
          for await (const { customId } of batches.results(BATCH_ID, { signal: never() }))
            read.push(customId);
        };
        await expect(reading()).rejects.toMatchObject({
          code: 'STREAM_TRUNCATED',
          vendorMessage: `${came} of 2 answers came`,
        });
        expect(read).toHaveLength(came + 3);
      });
  });

  test('a line that is no JSON costs no other result', async () => {
    const routes = {
      [GET_BATCH]: json(batchBody({ output_file_id: OUTPUT_FILE })),
      [GET_OUTPUT]: file(
        resultLine('first', { body: responseBody('one') }),
        '{"custom_id":"second","response":{',
        resultLine('third', { body: responseBody('three') }),
      ),
    };
    await withVendor(routes, async ({ batches }) => {
      const results = batches.results(BATCH_ID, { signal: never() })[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'first' });
      expect((await results.next()).value).toMatchObject({ customId: 'third' });
      await expect(results.next()).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        vendorMessage: 'line 2 is no JSON',
      });
    });
  });

  test('huge lines, CRLF and characters cut by packets change nothing', async () => {
    const texts = ['日本🌧'.repeat(60_000), 'é'.repeat(100_000)];
    const slices = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/jsonl' });
      const lines = texts.map(
        (text, index) => `${resultLine(`r${index}`, { body: responseBody(text) })}\r\n`,
      );
      const bytes = Buffer.from(lines.join('\r\n'));
      for (let at = 0; at < bytes.length; at += 997) response.write(bytes.subarray(at, at + 997));
      response.end();
    };
    await withVendor(
      { [GET_BATCH]: json(batchBody({ output_file_id: OUTPUT_FILE })), [GET_OUTPUT]: slices },
      async ({ batches }) => {
        const results = await toArray(batches.results(BATCH_ID, { signal: never() }));
        expect(results.map((result) => (result.status === 'succeeded' ? result.result.text : ''))).toEqual(
          texts,
        );
      },
    );
  });

  test('a file that breaks off throws after the results before the break', async () => {
    const cut = async ({ response }: UpstreamRequest): Promise<void> => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      const sent = `${resultLine('first', { body: responseBody('one') })}\n{"custom_id":"sec`;
      await new Promise((resolve) => response.write(sent, resolve));
      response.destroy();
    };
    const routes = {
      [GET_BATCH]: json(WITH_FILES),
      [GET_OUTPUT]: (request: UpstreamRequest) => void cut(request),
    };
    await withVendor(routes, async ({ batches }) => {
      const results = batches.results(BATCH_ID, { signal: never() })[Symbol.asyncIterator]();
      expect((await results.next()).value).toMatchObject({ customId: 'first' });
      await expect(results.next()).rejects.toMatchObject({ code: 'STREAM_TRUNCATED', provider: 'openai' });
    });
  });

  test('an output file that is gone throws what a single request would, after what the error file says', async () => {
    const routes = {
      [GET_BATCH]: json(WITH_FILES),
      [GET_ERRORS]: file(resultLine('late', { error: EXPIRED })),
    };
    await withVendor(routes, async ({ batches }) => {
      const results = batches.results(BATCH_ID, { signal: never() })[Symbol.asyncIterator]();
      expect((await results.next()).value).toEqual({ customId: 'late', status: 'expired' });
      await expect(results.next()).rejects.toMatchObject({ code: 'PROVIDER_REJECTED', providerStatus: 404 });
    });
  });

  test('ended early, it closes the download', async () => {
    const open = ({ response }: UpstreamRequest): void => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(`${resultLine('first', { body: responseBody('one') })}\n`);
    };
    await withVendor({ [GET_BATCH]: json(WITH_FILES), [GET_OUTPUT]: open }, async ({ batches, requests }) => {
      for await (const result of batches.results(BATCH_ID, { signal: never() })) {
        expect(result.customId).toBe('first');
        break;
      }
      await requests[1]?.closed;
      expect(requests).toHaveLength(2);
    });
  });
});
