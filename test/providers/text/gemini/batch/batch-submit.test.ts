import { describe, expect, test } from 'vitest';
import type { BatchRequest } from '../../../../../src/core/vendor-batch.ts';
import type { TextRequest } from '../../../../../src/core/text-request.ts';
import type { UpstreamRequest } from '../../../../support/upstream/upstream-server.ts';
import { json, routeOf, startVendor } from '../../../../support/upstream/vendor-routes.ts';
import { fullestRequest } from '../../../../contract/fullest-request.ts';
import { NATIVE_BATCH, toRequests } from '../../openai-compatible/batch/batch-harness.ts';
import {
  BATCHED,
  CREATE,
  START_UPLOAD,
  startUpload,
  SUBMISSION,
  UPLOAD,
  withVendor,
} from './batch-routes.ts';
import { answerBody, BATCH, INPUT_FILE } from '../fixtures/hand-made-batches.ts';
import { connect, createConfig, createRequest, never } from '../gemini-harness.ts';

const OPTIONS = { key: 'key-1', signal: never() };
const GENERATE = 'POST /v1beta/models/gemini-tested:generateContent';
const FULL = createConfig({ ...BATCHED, inputModalities: ['text', 'image', 'audio', 'file'] });

const several: Readonly<Record<string, Partial<TextRequest>>> = {
  plain: {},
  full: fullestRequest(FULL, { reasoning: { type: 'provider-default' }, cache: 'provider-default' }),
  options: {
    system: 'Genève?',
    providerOptions: { safetySettings: [{ category: 'c', threshold: 't' }], generationConfig: { topK: 3 } },
  },
};
const parse = (request: UpstreamRequest | undefined): Record<string, unknown> =>
  JSON.parse(request?.body ?? 'null') as Record<string, unknown>;
const sizeOf = (text: string | undefined): number => Buffer.byteLength(text ?? '');

/** One request whose system text is that long. */
const long = (length: number): AsyncGenerator<BatchRequest> =>
  toRequests({ a: { system: 'x'.repeat(length) } });

describe('submitting a small batch', () => {
  test('sends it in one call, whose requests are those of single waiting requests', async () => {
    const routes = { ...SUBMISSION, [GENERATE]: json(answerBody('x')) };
    await withVendor(
      routes,
      async ({ batches, upstream }) => {
        const batch = await batches.submit(toRequests(several), OPTIONS);
        expect(batch).toMatchObject({ id: BATCH, state: 'running', outcome: null, counts: { total: 2 } });
        const provider = connect(upstream.origin, {}, FULL);
        for await (const { request } of toRequests(several)) await provider.generate(request, OPTIONS);
        const [created, ...singles] = upstream.requests;
        expect(created?.headers).toMatchObject({
          'x-goog-api-key': 'key-made-up',
          'content-type': 'application/json',
        });
        expect(created?.path).not.toContain('key');
        expect(singles.map(routeOf)).toEqual([GENERATE, GENERATE, GENERATE]);
        expect(parse(created)).toEqual({
          batch: {
            displayName: 'key-1',
            inputConfig: {
              requests: {
                requests: Object.keys(several).map((customId, index) => ({
                  request: parse(singles[index]),
                  metadata: { custom_id: customId },
                })),
              },
            },
          },
        });
      },
      FULL,
    );
  });

  test('up to 20 MB it goes in one call, from there on as a file', async () => {
    await withVendor(SUBMISSION, async ({ batches, upstream }) => {
      await batches.submit(long(0), OPTIONS);
      const around = sizeOf(upstream.requests[0]?.body);
      // A system text of no length is left out; one of a character is written with all there is around it.
      await batches.submit(long(1), OPTIONS);
      const withText = sizeOf(upstream.requests[1]?.body);
      expect(withText).toBeGreaterThan(around);
      await batches.submit(long(19_999_999 - withText + 1), OPTIONS);
      expect(sizeOf(upstream.requests[2]?.body)).toBe(19_999_999);
      await batches.submit(long(20_000_000 - withText + 1), OPTIONS);
      expect(upstream.requests.slice(3).map(routeOf)).toEqual([START_UPLOAD, UPLOAD, CREATE]);
    });
  });

  test('up to 1000 requests go in one call, more as a file, so that their answers come line by line', async () => {
    const many = (count: number): AsyncGenerator<BatchRequest> =>
      toRequests(Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, {}])));
    await withVendor(
      SUBMISSION,
      async ({ batches, upstream }) => {
        await batches.submit(many(1_000), OPTIONS);
        expect(upstream.requests.map(routeOf)).toEqual([CREATE]);
        await batches.submit(many(1_001), OPTIONS);
        expect(upstream.requests.slice(1).map(routeOf)).toEqual([START_UPLOAD, UPLOAD, CREATE]);
      },
      createConfig({ batch: { ...NATIVE_BATCH, maxRequests: 2_000 } }),
    );
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

  test('requests never take more bytes together than they are said to', async () => {
    await withVendor(
      SUBMISSION,
      async ({ batches, upstream }) => {
        const big = { ...several, big: { system: 'x'.repeat(20_000_000) } };
        let said = 0;
        for await (const request of toRequests(big)) said += batches.sizeOf(request);
        await batches.submit(toRequests(big), OPTIONS);
        const file = sizeOf(upstream.requests[1]?.body);
        expect(file).toBeLessThanOrEqual(said);
        expect(said - file).toBeLessThan(1_000);
      },
      FULL,
    );
  });
});

describe('submitting a large batch', () => {
  const large = (): AsyncGenerator<BatchRequest> =>
    toRequests({ first: {}, second: { system: 'é'.repeat(10_000_000) } });

  test('uploads one file, then creates the batch of it', async () => {
    await withVendor({ ...SUBMISSION, [GENERATE]: json(answerBody('x')) }, async ({ batches, upstream }) => {
      const batch = await batches.submit(large(), OPTIONS);
      expect(batch).toMatchObject({ id: BATCH, state: 'running' });
      const [started, uploaded, created] = upstream.requests;
      expect(upstream.requests.map(routeOf)).toEqual([START_UPLOAD, UPLOAD, CREATE]);
      const size = String(sizeOf(uploaded?.body));
      expect(started?.headers).toMatchObject({
        'x-goog-api-key': 'key-made-up',
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': size,
        'x-goog-upload-header-content-type': 'application/jsonl',
      });
      expect(uploaded?.headers).toMatchObject({
        'content-length': size,
        'content-type': 'application/jsonl',
        'x-goog-upload-offset': '0',
        'x-goog-upload-command': 'upload, finalize',
      });
      expect(uploaded?.headers).not.toHaveProperty('x-goog-api-key');
      expect(parse(created)).toEqual({
        batch: { displayName: 'key-1', inputConfig: { fileName: INPUT_FILE } },
      });
      const lines = (uploaded?.body ?? '').trimEnd().split('\n');
      await connect(upstream.origin).generate(createRequest(), OPTIONS);
      expect(lines).toHaveLength(2);
      expect(JSON.parse(lines[0] ?? '')).toEqual({ key: 'first', request: parse(upstream.requests[3]) });
    });
  });

  test('as many bytes as the model takes are sent; with one more nothing is', async () => {
    await withVendor(
      SUBMISSION,
      async ({ batches, upstream }) => {
        const limit = 21 * 1024 * 1024;
        const accented = (length: number): ReturnType<typeof toRequests> =>
          toRequests({ a: { system: `é${'x'.repeat(length)}` } });
        await batches.submit(accented(20_500_000), OPTIONS);
        const around = sizeOf(upstream.requests[1]?.body) - 20_500_000;
        await batches.submit(accented(limit - around), OPTIONS);
        expect(sizeOf(upstream.requests[4]?.body)).toBe(limit);
        await expect(batches.submit(accented(limit - around + 1), OPTIONS)).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
          message: expect.stringContaining('at most 21 MB'),
        });
        expect(upstream.requests).toHaveLength(6);
      },
      createConfig({ batch: { ...NATIVE_BATCH, maxFileSizeMb: 21 } }),
    );
  });

  test.each([
    ['names no address', { [START_UPLOAD]: json({}) }, 1],
    ['gives the file no name', { [UPLOAD]: json({ file: {} }) }, 2],
  ])('an upload that %s fails, and no batch is created', async (_what, routes, calls) => {
    await withVendor({ ...SUBMISSION, ...routes }, async ({ batches, upstream }) => {
      await expect(batches.submit(large(), OPTIONS)).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        provider: 'gemini',
      });
      expect(upstream.requests).toHaveLength(calls);
    });
  });

  test('prompts do not go to another address that could be read on the way', async () => {
    await using elsewhere = await startVendor(SUBMISSION);
    const routes = { ...SUBMISSION, [START_UPLOAD]: startUpload(`${elsewhere.origin}/uploading`) };
    await withVendor(routes, async ({ batches, upstream }) => {
      await expect(batches.submit(large(), OPTIONS)).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
      expect(upstream.requests).toHaveLength(1);
      expect(elsewhere.requests).toEqual([]);
    });
  });

  test.each([
    [START_UPLOAD, 1],
    [UPLOAD, 2],
    [CREATE, 3],
  ])('a refused %s is told once, as for a single request', async (route, calls) => {
    const refusal = json(
      { error: { code: 429, message: 'Slow.', status: 'RESOURCE_EXHAUSTED' } },
      { status: 429 },
    );
    await withVendor({ ...SUBMISSION, [route]: refusal }, async ({ batches, upstream }) => {
      await expect(batches.submit(large(), OPTIONS)).rejects.toMatchObject({
        code: 'PROVIDER_RATE_LIMITED',
        providerStatus: 429,
      });
      expect(upstream.requests).toHaveLength(calls);
    });
  });
});
