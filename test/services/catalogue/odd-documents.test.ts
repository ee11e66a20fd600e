import { describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../../src/app.ts';
import { request, startApp } from '../../support/app/app.ts';
import { configure } from '../../support/app/providers-file.ts';
import { createOverlayFile } from '../../support/app/overlay-file.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';
import {
  catalogueOf,
  changed,
  findModel,
  refused,
  startDocuments,
  startRefreshed,
} from './sources-harness.ts';

const COST = { input: 1, output: 2 };
const ofOpenAI = (models: unknown) => ({ openai: { models } });

describe('a document is refused as a whole', () => {
  it.each([
    ['a limit is beyond Int', { cost: COST, limit: { context: 2 ** 40 } }, /limit\.context/],
    ['a price is beyond reason', { cost: { input: 1e300, output: 1 } }, /cost\.input/],
    [
      'an announced price is 0',
      { cost: COST, scheduled: [{ from: '2099-01-01', cost: { input: 0, output: 1 } }] },
      /from 2099-01-01 on, inputPerMillion is 0/,
    ],
    [
      'an announced price is tenfold',
      { cost: COST, scheduled: [{ from: '2099-01-01', cost: { input: 1, output: 21 } }] },
      /from 2099-01-01 on, outputPerMillion has changed from 2 to 21/,
    ],
    [
      'a price of long prompts is tenfold',
      { cost: { ...COST, tiers: [{ tier: { type: 'context', size: 200_000 }, input: 11, output: 2 }] } },
      /above 200000 tokens, inputPerMillion has changed from 1 to 11/,
    ],
    [
      'an announced price has no day',
      { cost: COST, scheduled: [{ from: '2099-02-31', cost: COST }] },
      /scheduled\.0\.from/,
    ],
  ])('when %s', async (_what, model, problem) => {
    await using documents = await startDocuments(ofOpenAI({ 'gpt-9': model, 'gpt-9-good': { cost: COST } }));
    await using app = await startRefreshed(documents.server);
    await refused(app);
    expect((await catalogueOf(app)).problems).toEqual([expect.stringMatching(problem)]);
    expect(await findModel(app, 'gpt-9-good')).toBeNull();
  });

  it('when an id leads elsewhere, where it may be a part of an address', async () => {
    await using documents = await startDocuments(ofOpenAI({ 'gpt-9/../../files': { cost: COST } }));
    await using app = await startRefreshed(documents.server);
    expect((await refused(app)).fields['problems']).toEqual([expect.stringContaining('two dots in a row')]);
  });
});

describe('a document is taken', () => {
  const MODELS = {
    models: `{ models { nodes { name displayName releaseDate knowledgeCutoff capabilities { inputModalities } } } }`,
    named: async (app: Parameters<typeof request>[0], name: string) =>
      (await request(app, MODELS.models)).data.models.nodes.find(
        (model: { name: string }) => model.name === name,
      ),
  };

  it.each([
    ['openai', 'gpt-9-voice', ['text', 'audio', 'video'], ['TEXT']],
    ['openai', 'gpt-9-odd', ['text', 'constructor', 'toString', '__proto__'], ['TEXT']],
    ['anthropic', 'claude-opus-9', ['text', 'image', 'audio', 'pdf'], ['TEXT', 'IMAGE', 'FILE']],
    [
      'google',
      'gemini-9-pro',
      ['text', 'image', 'audio', 'pdf', 'video'],
      ['TEXT', 'IMAGE', 'AUDIO', 'FILE'],
    ],
  ])('with what can be sent to %s of the media that %s reads', async (vendor, name, input, modalities) => {
    const model = { cost: COST, modalities: { input, output: ['text'] } };
    await using documents = await startDocuments({ [vendor]: { models: { [name]: model } } });
    await using app = await startRefreshed(documents.server);
    await changed(app);
    expect((await MODELS.named(app, name)).capabilities.inputModalities).toEqual(modalities);
  });

  it('without days that there are not and names with control characters', async () => {
    const odd = { name: 'a\u0000\u001b[31m', release_date: '2026-02-31', knowledge: '2026-13', cost: COST };
    await using documents = await startDocuments(ofOpenAI({ 'gpt-9': odd }));
    await using app = await startRefreshed(documents.server);
    await changed(app);
    expect(await MODELS.named(app, 'gpt-9')).toMatchObject({
      displayName: 'gpt-9',
      releaseDate: null,
      knowledgeCutoff: null,
    });
  });

  it('without a word on the scripts of this server', async () => {
    const demo = { models: { demo: { cost: { input: 3, output: 4 } }, 'demo-nine': { cost: COST } } };
    await using documents = await startDocuments({ demo, ...ofOpenAI({ 'gpt-9': { cost: COST } }) });
    await using app = await startRefreshed(documents.server);
    expect(await changed(app)).toMatchObject({ fields: { added: ['gpt-9'], changed: [] } });
  });

  it('where the overlay leads the name of one of its models elsewhere', async () => {
    await using documents = await startDocuments(
      ofOpenAI({ 'gpt-9': { cost: COST }, 'gpt-10': { cost: COST } }),
    );
    using file = createOverlayFile({ aliases: { 'gpt-9': 'gpt-5.5' } });
    await using app = await startRefreshed(documents.server, { catalogueFile: file.path });
    expect(await changed(app, 1)).toMatchObject({ fields: { added: ['gpt-10'] } });
    expect(await findModel(app, 'gpt-9')).toMatchObject({ name: 'gpt-5.5' });
    expect((await catalogueOf(app)).problems).toEqual([]);
  });

  it('with prices that it announces and prices of long prompts, where the price of the day is the known one', async () => {
    const tiers = [
      { tier: { type: 'hour' }, input: 1, output: 6 },
      { tier: { type: 'context', size: 123_000 }, input: 10, output: 45 },
    ];
    const scheduled = [{ from: '2099-03-01', cost: { input: 7, output: 40 } }];
    await using documents = await startDocuments(
      ofOpenAI({
        'gpt-5.5': { cost: { input: 5, output: 30, tiers }, scheduled },
      }),
    );
    await using app = await startRefreshed(documents.server);
    await changed(app);
    const { data } = await request(
      app,
      '{ model(name: "gpt-5.5") { pricing { inputPerMillion tiers { aboveInputTokens inputPerMillion } schedule { from inputPerMillion } } } }',
    );
    expect(data.model.pricing).toEqual({
      inputPerMillion: 5,
      tiers: [{ aboveInputTokens: 123_000, inputPerMillion: 10 }],
      schedule: [{ from: '2099-03-01', inputPerMillion: 7 }],
    });
  });
});

describe('a redirect of a document', () => {
  it('is followed on this machine', async () => {
    await using server = await startUpstream(({ path, response }) => {
      if (path === '/moved') response.end(JSON.stringify(ofOpenAI({ 'gpt-9': { cost: COST } })));
      else response.writeHead(307, { location: '/moved' }).end();
    });
    await using app = await startRefreshed(server);
    expect(await changed(app)).toMatchObject({ fields: { added: ['gpt-9'] } });
  });

  it.each([
    ['to plain http elsewhere', 'http://models.example.invalid/', /neither https nor on this machine/],
    ['to a file', 'file:///etc/hostname', /neither https nor on this machine/],
    ['to no address', 'http://[', /leads to no address/],
    ['in a circle', '/api.json', /redirected more than 5 times/],
  ])('is not followed %s', async (_what, location, problem) => {
    await using server = await startUpstream(({ response }) => {
      response.writeHead(302, { location }).end();
    });
    await using app = await startRefreshed(server);
    expect((await refused(app)).fields['problems']).toEqual([expect.stringMatching(problem)]);
  });
});

it('a lifecycle that is the name of something else in a list says nothing, nor does a limit beyond Int', async () => {
  const data = [{ id: 'claude-opus-9', lifecycle: 'constructor', max_input_tokens: 2 ** 40, max_tokens: 9 }];
  await using vendor = await startUpstream(({ response }) => {
    response.end(JSON.stringify({ data, has_more: false }));
  });
  const overrides: AppOverrides = { catalogueTiming: { refreshMs: 30 } };
  const providers = { anthropic: { apiKey: 'a key', baseUrl: vendor.origin } };
  await using app = await startApp({ vendorLists: true, providers }, overrides);
  await changed(app);
  const model = await findModel(app, 'claude-opus-9');
  expect(model).toMatchObject({ status: 'ACTIVE', origin: 'DISCOVERED', maxOutputTokens: 9 });
  expect(model.contextWindow).toBeLessThan(2 ** 31);
});

it('ids that can be none are left out of a list, and a list of more models than there are is refused', async () => {
  const lists = [
    [
      { id: 'gpt-9\u0000' },
      { id: 'gpt-9/../..' },
      { id: `gpt-${'9'.repeat(300)}` },
      { id: 5 },
      null,
      { id: 'gpt-9' },
    ],
    Array.from({ length: 5_001 }, (_, index) => ({ id: `gpt-9-${index}` })),
  ];
  await using vendor = await startUpstream(({ response }) => {
    response.end(JSON.stringify({ data: lists.length > 1 ? lists.shift() : lists[0] }));
  });
  const providers = { openai: { apiKey: 'a key', baseUrl: vendor.origin } };
  await using app = await startApp({ vendorLists: true, providers }, { catalogueTiming: { refreshMs: 30 } });
  expect(await changed(app)).toMatchObject({ fields: { added: ['gpt-9'] } });
  expect((await refused(app)).fields['problems']).toEqual([
    'list of openai: it lists 5001 models, more than 5000',
  ]);
});

it('an answer that is no list is not repeated to clients', async () => {
  await using vendor = await startUpstream(({ response }) => {
    response.end('what the key is');
  });
  const providers = { openai: { apiKey: 'a key', baseUrl: vendor.origin } };
  await using app = await startApp({ vendorLists: true, providers }, { catalogueTiming: { refreshMs: 30 } });
  await refused(app);
  expect((await catalogueOf(app)).problems).toEqual(['list of openai: the list of models is no JSON']);
});

it('a provider of the operator wins over a built-in vendor that others call by its name', async () => {
  const names = ['google', 'x-ai'];
  const entries = names.map((name) => ({
    name,
    baseUrl: 'http://127.0.0.1:9/v1',
    models: { [`tuned-${name}`]: {} },
  }));
  await using app = await startApp(configure(entries));
  for (const name of names) {
    const { data } = await request(
      app,
      'query ($name: String!) { resolveModel(name: $name) { model { provider { name } } } }',
      { name: `${name}/tuned-${name}` },
    );
    expect(data.resolveModel.model.provider.name).toBe(name);
  }
});
