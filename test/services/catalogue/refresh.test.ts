import { describe, expect, it } from 'vitest';
import { sendTurn } from '../../contract/contract-upstream.ts';
import { request, startApp } from '../../support/app/app.ts';
import { createOverlayFile, withoutFolder } from '../../support/app/overlay-file.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';
import { getLine, textTurn } from '../checks/vendor-harness.ts';
import {
  catalogueOf,
  changed,
  findModel,
  OFTEN,
  refused,
  startDocuments,
  startRefreshed,
} from './sources-harness.ts';

const MODELS = {
  'gpt-5.5': {
    name: 'GPT-5.5',
    cost: { input: 6, output: 36 },
    limit: { context: 1_000_000, output: 100_000 },
  },
  'gpt-9-sol': {
    name: 'GPT-9 Sol',
    reasoning: true,
    tool_call: true,
    structured_output: true,
    modalities: { input: ['text', 'image', 'pdf'], output: ['text'] },
    cost: { input: 3, output: 30, cache_read: 0.3 },
    limit: { context: 2_000_000, output: 64_000 },
    release_date: '2026-11-28',
    knowledge: '2026-09',
  },
  'gpt-image-9': { cost: { input: 0, output: 0 }, modalities: { input: ['text'], output: ['image'] } },
};
const DOCUMENT = {
  openai: { id: 'openai', models: MODELS },
  google: { models: { 'gemini-9-flash': { name: 'Gemini 9 Flash', cost: { input: 1, output: 2 } } } },
  'another-vendor': { models: { 'what ever': { cost: 'free' } } },
};

describe('a document that the catalogue is refreshed from', () => {
  it('brings prices, limits and new models of known providers to a running server, which can be asked at once', async () => {
    const line = getLine('openai (Responses)');
    await using vendor = await startUpstream((incoming) => sendTurn(line, incoming, textTurn(line)));
    await using documents = await startDocuments(DOCUMENT);
    await using app = await startRefreshed(documents.server, {
      providers: { openai: { apiKey: 'k', baseUrl: vendor.origin } },
    });
    expect(await changed(app)).toMatchObject({
      fields: { added: ['gpt-9-sol', 'gemini-9-flash'], removed: [], changed: ['gpt-5.5'] },
    });
    expect(await findModel(app, 'gpt-5.5')).toMatchObject({
      origin: 'REFRESHED',
      contextWindow: 1_000_000,
      maxOutputTokens: 100_000,
      pricing: { inputPerMillion: 6, outputPerMillion: 36 },
    });
    expect(await findModel(app, 'openai/gpt-9-sol')).toMatchObject({
      origin: 'REFRESHED',
      displayName: 'GPT-9 Sol',
      status: 'ACTIVE',
      contextWindow: 2_000_000,
      maxOutputTokens: 64_000,
      releaseDate: '2026-11-28',
      knowledgeCutoff: '2026-09',
      pricing: { inputPerMillion: 3, outputPerMillion: 30, cacheReadPerMillion: 0.3 },
    });
    expect(await findModel(app, 'gpt-image-9')).toBeNull();
    expect(await findModel(app, 'claude-opus')).toMatchObject({ origin: 'BUILT_IN' });
    const { data } = await request(
      app,
      'mutation { generate(input: { model: "gpt-9-sol", prompt: "Hello", reasoning: { effort: LOW } }) { status cost { total } } }',
    );
    expect(data.generate).toMatchObject({ status: 'COMPLETED', cost: { total: expect.any(Number) } });
    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toMatchObject({ model: 'gpt-9-sol', store: false });
    expect(await catalogueOf(app)).toMatchObject({
      refreshedAt: expect.any(String),
      sources: ['built-in', `${documents.server.origin}/api.json`],
      problems: [],
    });
  });

  it('is asked for again with its ETag, and sent again only when it has changed', async () => {
    await using documents = await startDocuments(DOCUMENT);
    await using app = await startRefreshed(documents.server);
    await documents.server.request(2);
    const tags = documents.server.requests.slice(0, 3).map(({ headers }) => headers['if-none-match']);
    expect(tags).toEqual([undefined, '"v1"', '"v1"']);
    documents.put({ openai: { models: { ...MODELS, 'gpt-9-luna': { cost: { input: 1, output: 2 } } } } });
    expect(await changed(app, 1)).toMatchObject({
      fields: { added: ['gpt-9-luna'], removed: ['gemini-9-flash'], changed: [] },
    });
  });

  it.each([
    ['is no JSON', '{ "openai": ', /JSON/],
    [
      'has another shape',
      { openai: { models: { 'gpt-9': { cost: { input: 'much', output: 1 } } } } },
      /^.*\/api\.json: openai\.models\.gpt-9\.cost\.input: /,
    ],
    ['has no model of ours', { other: { models: {} } }, /has no model of a provider of this server/],
    [
      'has a price of 0',
      { openai: { models: { 'gpt-9': { cost: { input: 0, output: 1 } } } } },
      /model "gpt-9": inputPerMillion is 0/,
    ],
    [
      'has a price that has become tenfold',
      { openai: { models: { 'gpt-5.5': { cost: { input: 61, output: 36 } } } } },
      /model "gpt-5.5": inputPerMillion has changed from 6 to 61/,
    ],
    [
      'has a name beyond bounds',
      { openai: { models: { [`gpt-${'9'.repeat(200)}`]: {} } } },
      /an id is longer than 128 characters/,
    ],
  ])('leaves the catalogue as it was when it %s', async (_what, broken, problem) => {
    await using documents = await startDocuments(DOCUMENT);
    await using app = await startRefreshed(documents.server);
    await changed(app);
    const before = await request(app, '{ models { nodes { name origin pricing { inputPerMillion } } } }');
    documents.put(broken);
    const line = await refused(app);
    expect(line).toMatchObject({ level: 'warn', fields: { problems: [expect.stringMatching(problem)] } });
    expect(JSON.stringify(line)).not.toContain('secret');
    expect(await request(app, '{ models { nodes { name origin pricing { inputPerMillion } } } }')).toEqual(
      before,
    );
    expect((await catalogueOf(app)).problems).toEqual([expect.stringMatching(problem)]);
    const ready = await fetch(new URL('/health/ready', app.url));
    expect([ready.status, (await ready.json()).details]).toEqual([200, { catalogue: 'outdated' }]);
    documents.put({ openai: { models: { 'gpt-9-nova': { cost: { input: 1, output: 2 } } } } });
    expect(await changed(app, 1)).toMatchObject({ fields: { added: ['gpt-9-nova'] } });
    expect((await catalogueOf(app)).problems).toEqual([]);
  });

  it('is taken once the overlay confirms what it was refused for', async () => {
    await using documents = await startDocuments({
      openai: {
        models: {
          'gpt-9': { cost: { input: 0, output: 0 } },
          'gpt-5.5': { cost: { input: 99, output: 99 } },
        },
      },
    });
    using file = createOverlayFile({});
    await using app = await startRefreshed(documents.server, { catalogueFile: file.path });
    await refused(app);
    file.write({
      confirmedPrices: ['gpt-9'],
      models: { 'gpt-5.5': { pricing: { inputPerMillion: 5, outputPerMillion: 30 } } },
    });
    expect(
      await app.logged(({ fields }) => String(fields['source']).startsWith('http') && 'added' in fields),
    ).toMatchObject({ fields: { added: ['gpt-9'] } });
    expect(await findModel(app, 'gpt-9')).toMatchObject({ pricing: { inputPerMillion: 0 } });
    expect(await findModel(app, 'gpt-5.5')).toMatchObject({
      origin: 'OVERLAY',
      pricing: { inputPerMillion: 5 },
    });
  });

  it('is less than the overlay, fact by fact', async () => {
    await using documents = await startDocuments(DOCUMENT);
    using file = createOverlayFile({
      models: {
        'gpt-5.5': { pricing: { inputPerMillion: 1, outputPerMillion: 2 } },
        'gpt-9-sol': { like: 'gpt-4.1', displayName: 'Ours' },
        'gemini-9-flash': { hidden: true },
      },
    });
    await using app = await startRefreshed(documents.server, { catalogueFile: file.path });
    expect((await catalogueOf(app)).sources).toContain('catalogue.json');
    await changed(app);
    expect(await findModel(app, 'gpt-5.5')).toMatchObject({
      contextWindow: 1_000_000,
      pricing: { inputPerMillion: 1, outputPerMillion: 2 },
    });
    expect(await findModel(app, 'gpt-9-sol')).toMatchObject({
      origin: 'OVERLAY',
      displayName: 'Ours',
      contextWindow: 2_000_000,
      pricing: { inputPerMillion: 3, outputPerMillion: 30 },
    });
    expect(await findModel(app, 'gemini-9-flash')).toBeNull();
  });

  it('may bring what the overlay names, which waits for it', async () => {
    await using documents = await startDocuments({ openai: { models: { 'gpt-5.5': MODELS['gpt-5.5'] } } });
    using file = createOverlayFile({
      models: {
        'gpt-9-sol': { limits: { contextWindow: 9_000_000 } },
        'gpt-9-house': { like: 'gpt-9-sol' },
        'gpt-5.5': { status: { type: 'deprecated', replacement: 'gpt-9-sol' } },
      },
      aliases: { gpt: 'gpt-9-sol' },
    });
    await using app = await startRefreshed(documents.server, { catalogueFile: file.path });
    await changed(app, 1);
    const before = await findModel(app, 'gpt');
    expect(before.name).not.toBe('gpt-9-sol');
    expect((await catalogueOf(app)).problems).toEqual([
      expect.stringContaining('models.gpt-9-sol: names a model that there is not yet'),
      expect.stringContaining('models["gpt-5.5"]: names a model that there is not yet'),
      expect.stringContaining('models.gpt-9-house: names a model that there is not yet'),
      expect.stringContaining('aliases.gpt: names a model that there is not yet'),
    ]);
    documents.put(DOCUMENT);
    await changed(app, 2);
    expect(await findModel(app, 'gpt')).toMatchObject({ name: 'gpt-9-sol', contextWindow: 9_000_000 });
    expect(await findModel(app, 'gpt-9-house')).toMatchObject({
      origin: 'OVERLAY',
      contextWindow: 9_000_000,
    });
    const { data } = await request(app, '{ model(name: "gpt-5.5") { replacement { name } } }');
    expect(data.model.replacement).toEqual({ name: 'gpt-9-sol' });
    expect((await catalogueOf(app)).problems).toEqual([]);
  });

  it('deprecates models and names the day, but brings back none that is retired', async () => {
    await using documents = await startDocuments({
      openai: {
        models: { 'gpt-5.5': { status: 'deprecated', shutdown_date: '2099-05-31', replacement: 'gpt' } },
      },
      groq: { models: { 'llama-3.1-8b-instant': { status: 'deprecated' } } },
    });
    await using app = await startRefreshed(documents.server);
    await changed(app);
    expect(await findModel(app, 'gpt-5.5')).toMatchObject({
      status: 'DEPRECATED',
      shutdownDate: '2099-05-31',
    });
    expect(await findModel(app, 'llama-3.1-8b-instant')).toMatchObject({ status: 'RETIRED' });
  });

  it('may be a file', async () => {
    using file = createOverlayFile(DOCUMENT, 'api.json');
    await using app = await startApp({ catalogueUrl: file.path }, OFTEN);
    expect(await changed(app)).toMatchObject({ fields: { added: ['gpt-9-sol', 'gemini-9-flash'] } });
    expect(withoutFolder((await catalogueOf(app)).sources.at(-1))).toBe('api.json');
  });

  it('is not followed to plain http elsewhere', async () => {
    await using server = await startUpstream(({ response }) => {
      response.writeHead(302, { location: 'http://models.example.invalid/api.json' }).end();
    });
    await using app = await startRefreshed(server);
    expect((await refused(app)).level).toBe('warn');
  });
});
