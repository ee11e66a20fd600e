import { describe, expect, test } from 'vitest';
import { CHAT_COMPLETIONS } from '../../../config/providers/apis.ts';
import { ModelgraphError, ProviderError } from '../../../src/core/errors.ts';
import type { FetchMedia } from '../../../src/services/media/resolve-media.ts';
import { startApp } from '../../support/app/app.ts';
import { OPENAI_BATCHES } from '../../providers/text/openai/batch/batch-wire.ts';
import { startBatchVendor } from '../../support/batch-vendors/batch-vendor.ts';
import { endedBatch, readItems, submitted } from '../../support/app/batch-requests.ts';
import {
  createToyBatchVendor,
  QUICK_TIMING,
  type ToyBatchVendorOptions,
  type ToyVendorBatch,
} from '../../support/batch-vendors/toy-batch-vendor.ts';
import { sendJson, startUpstream } from '../../support/upstream/upstream-server.ts';
import { base64Of, MEDIA_BYTES } from '../checks/media-bytes.ts';

const addressOf = (name: string): string => `https://media.test/${name}.pdf`;

/** A request with a document at an address that is named after it. */
const documentOf = (customId: string, model = 'toy') => ({
  customId,
  input: {
    model,
    messages: [{ user: [{ text: 'Read.' }, { file: { source: { url: addressOf(customId) } } }] }],
  },
});

const plainOf = (customId: string, model = 'toy') => ({ customId, input: { model, prompt: customId } });

const NOT_THERE = new ModelgraphError(
  'INVALID_REQUEST',
  'Media could not be fetched: the server answered 404.',
);

/** Media at addresses: those whose name says so are not to be had. */
const createMedia = (bytes: Buffer = MEDIA_BYTES['application/pdf']) => {
  const fetched: string[] = [];
  const fetchMedia: FetchMedia = (url) => {
    fetched.push(url);
    if (url.includes('gone')) return Promise.reject(NOT_THERE);
    return Promise.resolve(url.includes('unfit') ? MEDIA_BYTES['image/png'] : bytes);
  };
  return { fetched, fetchMedia };
};

/** A vendor in memory whose API takes documents as bytes alone. */
const createVendor = (options: ToyBatchVendorOptions = {}) => {
  const model = { ...CHAT_COMPLETIONS, inputModalities: ['text', 'file'] } as const;
  const vendor = createToyBatchVendor({ ...options, model });
  const providers = [{ ...vendor.descriptor, apiTypes: ['chat_completion', 'local'] as const }];
  return { ...vendor, overrides: { ...vendor.overrides, providers } };
};

const idsOf = (batches: readonly ToyVendorBatch[]): readonly (readonly string[])[] =>
  batches.map(({ requests }) => requests.map(({ customId }) => customId));

describe('a batch whose requests name addresses of media', () => {
  test('gives its vendor the bytes, and the failures of those that cannot be had to their requests alone', async () => {
    const vendor = createVendor();
    const media = createMedia();
    await using app = await startApp({}, { ...vendor.overrides, fetchMedia: media.fetchMedia });
    const ids = ['gone-1', 'read', 'unfit', 'gone-2'];
    const id = await submitted(app, [...ids.map((each) => documentOf(each)), plainOf('plain')]);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      error: null,
      counts: { total: 5, pending: 0, succeeded: 2, failed: 3 },
      usage: { inputTokens: 200, outputTokens: 20 },
    });
    const gone = {
      status: 'FAILED',
      text: null,
      error: { code: 'INVALID_REQUEST', message: 'Media could not be fetched: the server answered 404.' },
    };
    expect(await readItems(app, id)).toMatchObject([
      { customId: 'gone-1', ...gone },
      { customId: 'read', status: 'SUCCEEDED', text: 'Answer to read' },
      {
        customId: 'unfit',
        status: 'FAILED',
        error: {
          code: 'INVALID_REQUEST',
          message: 'What the address gives is unfit: The bytes are no file of a kind that is taken.',
        },
      },
      { customId: 'gone-2', ...gone },
      { customId: 'plain', status: 'SUCCEEDED', text: 'Answer to plain' },
    ]);
    expect(idsOf(vendor.batches)).toEqual([['read', 'plain']]);
    expect(vendor.batches[0]?.requests[0]?.request.messages).toMatchObject([
      {
        parts: [
          { type: 'text' },
          { type: 'file', source: { type: 'base64', data: base64Of('application/pdf') } },
        ],
      },
    ]);
    expect(media.fetched).toEqual(ids.map(addressOf));
  });

  test('is over without its vendor where none of them can be had', async () => {
    const vendor = createVendor();
    await using app = await startApp({}, { ...vendor.overrides, ...createMedia() });
    const id = await submitted(app, [documentOf('gone-1'), documentOf('gone-2')]);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      error: null,
      providerBatchIds: [],
      counts: { total: 2, pending: 0, succeeded: 0, failed: 2 },
      usage: null,
    });
    expect(vendor.calls).toEqual([]);
  });

  test('goes on with the next part where none of a part can be had', async () => {
    const vendor = createVendor({
      batch: { type: 'native', maxRequests: 2, maxFileSizeMb: 1, discountPercent: null },
    });
    await using app = await startApp({}, { ...vendor.overrides, ...createMedia() });
    const requests = ['a', 'b', 'gone-1', 'gone-2', 'c'].map((each) => documentOf(each));
    const id = await submitted(app, requests);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { succeeded: 3, failed: 2 },
    });
    expect(idsOf(vendor.batches)).toEqual([['a', 'b'], ['c']]);
  });

  test('fails those for whose media there is no room at the vendor, and no others', async () => {
    const vendor = createVendor();
    // Three of them are more than the megabyte that the vendor takes.
    const media = createMedia(Buffer.concat([MEDIA_BYTES['application/pdf'], Buffer.alloc(300_000, 'x')]));
    await using app = await startApp({}, { ...vendor.overrides, fetchMedia: media.fetchMedia });
    const id = await submitted(app, [...['a', 'b', 'c'].map((each) => documentOf(each)), plainOf('d')]);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { succeeded: 3, failed: 1 },
    });
    expect((await readItems(app, id))[2]).toMatchObject({
      customId: 'c',
      error: { code: 'INVALID_REQUEST', message: expect.stringContaining('takes at most 1 MB') },
    });
    expect(idsOf(vendor.batches)).toEqual([['a', 'b', 'd']]);
  });
});

test.each([true, false])(
  'a submission without the requests that failed is found after it was cut off (key stored by the vendor: %s)',
  async (storesKey) => {
    const arrived: ToyVendorBatch[] = [];
    const vendor = createVendor({
      storesKey,
      before: (call, _signal, batch) => {
        if (call !== 'submit' || batch === undefined) return;
        arrived.push(batch);
        (vendor.batches as ToyVendorBatch[]).push(batch);
        throw new ProviderError('PROVIDER_FAILED', { provider: 'toy', providerStatus: null });
      },
    });
    const media = createMedia();
    await using app = await startApp({}, { ...vendor.overrides, fetchMedia: media.fetchMedia });
    const id = await submitted(
      app,
      ['a', 'gone', 'b'].map((each) => documentOf(each)),
    );
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      providerBatchIds: ['vendor-1'],
      counts: { total: 3, pending: 0, succeeded: 2, failed: 1 },
      usage: { inputTokens: 200, outputTokens: 20 },
    });
    expect(idsOf(arrived)).toEqual([['a', 'b']]);
    expect(vendor.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(media.fetched).toHaveLength(3);
    expect((await readItems(app, id)).map(({ customId, status }) => [customId, status])).toEqual([
      ['a', 'SUCCEEDED'],
      ['gone', 'FAILED'],
      ['b', 'SUCCEEDED'],
    ]);
  },
);

test('a submission that is made again leaves out what failed before, even if it could be had by now', async () => {
  let isCut = true;
  const vendor = createVendor({
    before: (call) => {
      if (call !== 'submit' || !isCut) return;
      isCut = false;
      throw new ProviderError('PROVIDER_FAILED', { provider: 'toy', providerStatus: 500 });
    },
  });
  const media = createMedia();
  const fetchMedia: FetchMedia = (url, signal) =>
    isCut ? media.fetchMedia(url, signal) : Promise.resolve(MEDIA_BYTES['application/pdf']);
  await using app = await startApp({}, { ...vendor.overrides, fetchMedia });
  const id = await submitted(
    app,
    ['gone', 'a'].map((each) => documentOf(each)),
  );
  expect(await endedBatch(app, id)).toMatchObject({ counts: { succeeded: 1, failed: 1 } });
  expect(idsOf(vendor.batches)).toEqual([['a']]);
});

describe('a batch of a Chat Completions model with documents at addresses', () => {
  const MODEL = 'gpt-4.1';

  test('puts the bytes into the file that is uploaded, without the requests that failed', async () => {
    await using upstream = await startUpstream((exchange) =>
      sendJson(exchange, { id: 'x', object: 'batch', status: 'in_progress', created_at: 1 }),
    );
    const providers = { openai: { apiKey: 'sk-test', baseUrl: upstream.origin } };
    const { fetchMedia } = createMedia();
    await using app = await startApp({ providers }, { batchTiming: QUICK_TIMING, fetchMedia });
    await submitted(
      app,
      ['read', 'gone'].map((each) => documentOf(each, MODEL)),
    );
    const { body } = await upstream.request(0);
    expect(body).toContain(`data:application/pdf;base64,${base64Of('application/pdf')}`);
    expect(body.match(/"custom_id":"[^"]*"/g)).toEqual(['"custom_id":"read"']);
    expect(body).not.toContain('media.test');
  });

  test('is over without a call where the usual fetch refuses every address', async () => {
    await using vendor = await startBatchVendor(OPENAI_BATCHES, { polls: 1 });
    const providers = { openai: { apiKey: 'sk-test', baseUrl: vendor.url } };
    await using app = await startApp({ providers }, { batchTiming: QUICK_TIMING });
    const inside = (address: string, customId: string) => ({
      customId,
      input: {
        model: MODEL,
        messages: [{ user: [{ text: 'Read.' }, { file: { source: { url: address } } }] }],
      },
    });
    const id = await submitted(app, [
      inside('https://169.254.169.254/latest/meta-data', 'metadata'),
      inside('https://127.0.0.1:1/a.pdf', 'loopback'),
    ]);
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { succeeded: 0, failed: 2 },
      providerBatchIds: [],
    });
    for (const { error } of await readItems(app, id))
      expect(error).toEqual({
        code: 'INVALID_REQUEST',
        message: 'Media could not be fetched: the address is not a public one.',
      });
    expect(vendor.batches).toEqual([]);
  });
});
