import { describe, expect, it } from 'vitest';
import { TEXT_PROVIDERS } from '../../../src/providers/index.ts';
import { createOverlayFile } from '../../support/app/overlay-file.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';
import { catalogueOf, findModel, startDocuments, startRefreshed } from './sources-harness.ts';

describe("a vendor's own list", () => {
  const LISTS: Readonly<Record<string, { readonly path: RegExp; readonly body: unknown }>> = {
    openai: {
      path: /^\/models$/,
      body: {
        data: [
          { id: 'gpt-9-sol', created: 1_795_000_000 },
          { id: 'gpt-5.5', created: 1_776_000_000, shutdown_date: '2099-02-28' },
          { id: 'gpt-3.5-turbo', created: 1_677_000_000 },
          { id: 'text-embedding-9', created: 1_795_000_000 },
          { id: 'gpt-image-9', created: 1_795_000_000 },
        ],
      },
    },
    anthropic: {
      path: /^\/v1\/models\?limit=1000$/,
      body: {
        data: [
          {
            id: 'claude-opus-9',
            display_name: 'Claude Opus 9',
            created_at: '2026-11-27T00:00:00Z',
            lifecycle: 'active',
            max_input_tokens: 3_000_000,
            max_tokens: 150_000,
            retires_at: null,
          },
          {
            id: 'claude-opus-5-5',
            display_name: 'Claude Opus 5.5',
            created_at: '2026-01-01T00:00:00Z',
            lifecycle: 'deprecated',
            max_input_tokens: 555_000,
            max_tokens: 55_000,
            retires_at: '2098-12-31T00:00:00Z',
          },
          {
            id: 'claude-haiku-4-5-20251001',
            display_name: 'Claude Haiku 4.5',
            created_at: '2025-10-01T00:00:00Z',
            lifecycle: 'retired',
            max_input_tokens: null,
            max_tokens: null,
            retires_at: '2026-01-01T00:00:00Z',
          },
        ],
        has_more: false,
      },
    },
    gemini: {
      path: /^\/v1beta\/models\?pageSize=1000$/,
      body: {
        models: [
          {
            name: 'models/gemini-9-flash',
            displayName: 'Gemini 9 Flash',
            inputTokenLimit: 900_000,
            outputTokenLimit: 90_000,
            supportedGenerationMethods: ['generateContent'],
          },
          { name: 'models/gemini-embedding-9', supportedGenerationMethods: ['embedContent'] },
        ],
      },
    },
  };

  it('brings new ids, limits and shutdown dates, over what a document says and under the overlay', async () => {
    await using vendor = await startUpstream(({ path, headers, response }) => {
      const key = headers['x-goog-api-key'] ?? headers.authorization;
      const found = Object.values(LISTS).find((list) => list.path.test(path));
      response.writeHead(key === undefined || found === undefined ? 404 : 200, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(found?.body));
    });
    await using documents = await startDocuments({
      anthropic: {
        models: { 'claude-opus-9': { cost: { input: 4, output: 20 }, limit: { context: 1, output: 1 } } },
      },
    });
    using file = createOverlayFile({
      models: { 'claude-opus-5-5': { limits: { maxOutputTokens: 44_000 } } },
    });
    const reached = { apiKey: 'a key', baseUrl: vendor.origin };
    await using app = await startRefreshed(documents.server, {
      vendorLists: true,
      catalogueFile: file.path,
      providers: {
        openai: reached,
        anthropic: reached,
        gemini: reached,
        xai: { apiKey: 'a key', baseUrl: `${vendor.origin}/elsewhere` },
      },
    });
    const sources = [
      'list of openai',
      'list of anthropic',
      'list of gemini',
      `${documents.server.origin}/api.json`,
    ];
    for (const source of sources)
      await app.logged(
        ({ fields, message }) => fields['source'] === source && message === 'the catalogue has changed',
      );
    await app.logged(({ fields }) => fields['source'] === 'list of xai');

    expect(await findModel(app, 'gpt-9-sol')).toMatchObject({
      origin: 'DISCOVERED',
      pricing: null,
      releaseDate: '2026-11-18',
    });
    expect(await findModel(app, 'gpt-5.5')).toMatchObject({
      status: 'DEPRECATED',
      shutdownDate: '2099-02-28',
    });
    for (const name of ['gpt-3.5-turbo', 'text-embedding-9', 'gpt-image-9', 'gemini-embedding-9'])
      expect([name, await findModel(app, name)]).toEqual([name, null]);
    expect(await findModel(app, 'claude-opus-9')).toMatchObject({
      displayName: 'Claude Opus 9',
      contextWindow: 3_000_000,
      maxOutputTokens: 150_000,
      pricing: { inputPerMillion: 4, outputPerMillion: 20 },
    });
    expect(await findModel(app, 'claude-opus-5-5')).toMatchObject({
      origin: 'OVERLAY',
      status: 'DEPRECATED',
      shutdownDate: '2098-12-31',
      contextWindow: 555_000,
      maxOutputTokens: 44_000,
    });
    expect(await findModel(app, 'claude-haiku-4-5')).toMatchObject({ status: 'RETIRED' });
    expect(await findModel(app, 'gemini-9-flash')).toMatchObject({
      origin: 'DISCOVERED',
      contextWindow: 900_000,
    });
    // A vendor that does not answer keeps no other waiting, and is named.
    expect((await catalogueOf(app)).problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/^list of xai: the list of models was answered with/)]),
    );
  });

  it('is not asked for unless the operator says so, nor without a key', async () => {
    await using vendor = await startUpstream(({ response }) => {
      response.writeHead(404).end();
    });
    await using documents = await startDocuments({
      openai: { models: { 'gpt-9': { cost: { input: 1, output: 2 } } } },
    });
    await using app = await startRefreshed(documents.server, {
      providers: {
        openai: { apiKey: 'k', baseUrl: vendor.origin },
        anthropic: { apiKey: null, baseUrl: vendor.origin },
      },
    });
    await documents.server.request(3);
    expect(vendor.requests).toHaveLength(0);
    expect(app.url).toMatch(/^http/);
  });

  it('is read for every vendor that has one', () => {
    const without = Object.values(TEXT_PROVIDERS).filter(
      ({ loadListModels }) => loadListModels === undefined,
    );
    expect(without.map(({ name }) => name).toSorted()).toEqual(['demo', 'perplexity']);
  });
});
