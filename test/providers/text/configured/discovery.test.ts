import { describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../../support/app/events.ts';
import { configure } from '../../../support/app/providers-file.ts';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { startCompatibleServer } from './compatible-server.ts';

const hub = (origin: string, part: object = {}) => ({
  name: 'hub',
  baseUrl: `${origin}/v1`,
  discover: true,
  ...part,
});

const found = (app: TestApp) => app.logged(({ message }) => message === 'models were found');
const failed = (app: TestApp) =>
  app.logged(({ message }) => message === 'the models of a provider could not be listed; trying again');

const listed = async (app: TestApp): Promise<readonly string[]> => {
  const { data } = await request(app, '{ models(where: { providers: ["hub"] }) { nodes { name } } }');
  return data.models.nodes.map(({ name }: { name: string }) => name);
};

/** Models of a hub whose list is answered by this. */
const QUICK = { discoveryTiming: { firstRetryMs: 1, refreshMs: 2 } };
const ONCE = { discoveryTiming: { firstRetryMs: 3_600_000, refreshMs: 3_600_000 } };

describe('the models that a server lists', () => {
  it('appear under the name of the provider, and are asked for by name, alias or upstream id', async () => {
    await using upstream = await startCompatibleServer({ models: ['Qwen/Qwen3-8B', 'llama3.2:3b'] });
    const settings = configure([
      hub(upstream.origin, { aliases: { fast: 'hub/LLAMA3.2:3b', later: 'hub/later' } }),
    ]);
    await using app = await startApp(settings);
    const { fields } = await found(app);
    expect(fields).toEqual({ provider: 'hub', models: ['hub/qwen/qwen3-8b', 'hub/llama3.2:3b'] });
    const { data } = await request(
      app,
      `{
        byName: model(name: "hub/qwen/qwen3-8b") { apiModel displayName source pricing { inputPerMillion } available }
        byAlias: model(name: "fast") { name aliases }
        byId: model(name: "llama3.2:3b") { name }
        notYet: model(name: "later") { name }
        provider(name: "hub") { capabilities { streaming } models { totalCount } }
      }`,
    );
    expect(data).toEqual({
      byName: {
        apiModel: 'Qwen/Qwen3-8B',
        displayName: 'Qwen/Qwen3-8B',
        source: 'providers.json, listed by the server',
        pricing: null,
        available: true,
      },
      byAlias: { name: 'hub/llama3.2:3b', aliases: ['fast'] },
      byId: { name: 'hub/llama3.2:3b' },
      notYet: null,
      provider: { capabilities: { streaming: true }, models: { totalCount: 2 } },
    });
    const answer = await request(app, GENERATE_MUTATION, {
      input: { model: 'hub/qwen/qwen3-8b', prompt: 'Hello' },
    });
    expect(answer.data.generate.text).toBe('Hi');
    expect(JSON.parse(upstream.requests.at(-1)?.body ?? '')).toMatchObject({ model: 'Qwen/Qwen3-8B' });
  });

  it('have the capabilities that the file gives them all, and the context window that the server names', async () => {
    await using upstream = await startUpstream((sent) =>
      sendJson(sent, {
        data: [
          { id: 'a', max_model_len: 2_048 },
          { id: 'b', context_length: 65_536 },
          { id: 'c' },
          { id: 'A' },
          {},
          'x',
        ],
      }),
    );
    const discover = { functionCalling: true, reasoning: { type: 'always' } };
    await using app = await startApp(configure([hub(upstream.origin, { discover })]));
    await found(app);
    const { data } = await request(
      app,
      '{ models(where: { providers: ["hub"], functionCalling: true, reasoning: true }) { nodes { name contextWindow defaultMaxOutputTokens } } }',
    );
    expect(data.models.nodes).toEqual([
      { name: 'hub/a', contextWindow: 2_048, defaultMaxOutputTokens: 1_024 },
      { name: 'hub/b', contextWindow: 65_536, defaultMaxOutputTokens: 4_096 },
      { name: 'hub/c', contextWindow: null, defaultMaxOutputTokens: 4_096 },
    ]);
  });

  it('are asked for with the key, and not at all without it', async () => {
    await using upstream = await startCompatibleServer({ models: ['a'] });
    const keyed = hub(upstream.origin, { keyVariable: 'HUB_KEY' });
    await using silent = await startApp(configure([keyed]));
    await using app = await startApp(configure([keyed], { HUB_KEY: 'secret' }));
    await found(app);
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret']);
    expect(await listed(silent)).toEqual([]);
  });

  it('appear once a server that was down at the start has come up, with one warning until then', async () => {
    let isUp = false;
    await using upstream = await startUpstream((sent) =>
      isUp ? sendJson(sent, { data: [{ id: 'a' }] }) : sendJson(sent, {}, { status: 503 }),
    );
    await using app = await startApp(configure([hub(upstream.origin)]), QUICK);
    await failed(app);
    await upstream.request(3);
    expect(await listed(app)).toEqual([]);
    isUp = true;
    await found(app);
    expect(await listed(app)).toEqual(['hub/a']);
    expect(app.logLines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('grow with the list, and stay when they are no longer on it', async () => {
    let ids = ['a'];
    await using upstream = await startUpstream((sent) => sendJson(sent, { data: ids.map((id) => ({ id })) }));
    await using app = await startApp(
      configure([hub(upstream.origin, { aliases: { fast: 'hub/b' } })]),
      QUICK,
    );
    await found(app);
    ids = ['b'];
    await app.logged(({ fields }) => String(fields['models']) === 'hub/b');
    expect(await listed(app)).toEqual(['hub/a', 'hub/b']);
    expect((await request(app, '{ model(name: "fast") { name } }')).data.model.name).toBe('hub/b');
  });

  it.each([
    ['is no list', (): unknown => ({ data: 'none' })],
    ['has no data', () => ({ models: [] })],
    ['is no JSON', () => '<html>'],
    ['is too long', () => ({ data: [{ id: 'a'.repeat(5 * 1024 * 1024) }] })],
  ])('are left out with a warning when the answer %s', async (_case, body) => {
    await using upstream = await startUpstream((sent) => sendJson(sent, body()));
    await using app = await startApp(configure([hub(upstream.origin)]), ONCE);
    expect((await failed(app)).fields).toMatchObject({ provider: 'hub', err: expect.any(Error) });
    expect(await listed(app)).toEqual([]);
    expect((await request(app, '{ model(name: "demo") { name } }')).data.model.name).toBe('demo');
  });

  it('are left out with a warning when what the file says of them leads nowhere', async () => {
    await using upstream = await startCompatibleServer({ models: ['a'] });
    const discover = { reasoning: { type: 'counterpart', model: 'nobody' } };
    await using app = await startApp(configure([hub(upstream.origin, { discover })]), ONCE);
    const { err } = (await failed(app)).fields as { err: Error };
    expect(err.message).toContain('model "hub/a": its counterpart "nobody" is no model');
    expect(await listed(app)).toEqual([]);
  });

  it('are none where the server lists none', async () => {
    await using upstream = await startUpstream((sent) => sendJson(sent, { object: 'list', data: null }));
    await using app = await startApp(configure([hub(upstream.origin)]), QUICK);
    await upstream.request(1);
    expect(await listed(app)).toEqual([]);
    expect(app.logLines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('keep neither the start nor the end of this server waiting while their server says nothing', async () => {
    await using upstream = await startUpstream(() => undefined);
    const app = await startApp(configure([hub(upstream.origin)]));
    const { closed } = await upstream.request(0);
    expect((await request(app, '{ model(name: "demo") { name } }')).data.model.name).toBe('demo');
    await app.close();
    await closed;
    expect(app.logLines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it.each([
    [
      'a bare list',
      [
        { id: 'Org/A', context_length: 8192 },
        { id: 'b', max_model_len: 4096 },
      ],
    ],
    [
      'Ollama’s own form',
      {
        models: [
          { name: 'Org/A', context_window: 8192 },
          { model: 'b', max_context_length: 4096 },
        ],
      },
    ],
    ['a list of names', ['Org/A', 'b']],
    ['a list of names under its key', { object: 'list', data: ['Org/A', 'b'] }],
    ['a list inside of another object', { data: { object: 'list', data: [{ id: 'Org/A' }, { id: 'b' }] } }],
    ['two lists, one of them empty', { data: [], models: [{ slug: 'Org/A' }, { model_name: 'b' }] }],
    ['another key', { success: true, result: [{ id: '', name: 'Org/A' }, { name: 'b' }] }],
    [
      'a list with entries that name no model',
      {
        data: [
          null,
          7,
          {},
          { id: '' },
          { id: 'Org/A' },
          { id: 'x'.repeat(201) },
          { id: 'line\nbreak' },
          { id: '<b>b</b>' },
          { id: 'half \ud83d' },
          { id: 'nul\0' },
          { id: 'b' },
        ],
      },
    ],
  ])('are read from %s', async (_name, list) => {
    await using upstream = await startUpstream((exchange) => sendJson(exchange, list));
    await using app = await startApp(configure([hub(upstream.origin)]));
    await found(app);
    expect(await listed(app)).toEqual(['hub/org/a', 'hub/b']);
  });
});
