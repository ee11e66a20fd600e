import { describe, expect, it } from 'vitest';
import type { Settings } from '../../config/settings.ts';
import { sendTurn } from '../contract/contract-upstream.ts';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { createToy, toyOverrides } from '../support/app/toy-provider.ts';
import { configure } from '../support/app/providers-file.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';
import { getLine, textTurn } from '../services/checks/vendor-harness.ts';

const RESOLVE = `query ($name: String!, $reasoning: Boolean! = false) {
  resolveModel(name: $name, reasoning: $reasoning) {
    model { name origin pricing { inputPerMillion } } steps { from to reason }
  }
}`;

const resolve = async (app: TestApp, name: string) => {
  const { data, errors } = await request(app, RESOLVE, { name });
  return errors === undefined ? data.resolveModel : errors[0]?.extensions;
};

/** The steps as one line, and the model they end at. */
const pathOf = async (app: TestApp, name: string): Promise<string> => {
  const { steps, code } = await resolve(app, name);
  return steps === undefined
    ? code
    : steps.map(({ to, reason }: { to: string; reason: string }) => `${reason} ${to}`).join(', ');
};

const keyOf = (...vendors: readonly string[]): Partial<Settings> => ({
  providers: Object.fromEntries(vendors.map((vendor) => [vendor, { apiKey: 'a key', baseUrl: null }])),
});

describe('a name with its vendor in front', () => {
  it.each([
    ['openai/gpt-5.5', 'PROVIDER_PREFIX gpt-5.5'],
    ['OpenAI/GPT-5.5', 'PROVIDER_PREFIX gpt-5.5'],
    ['anthropic/claude-opus-5-5', 'PROVIDER_PREFIX claude-opus-5-5'],
    ['anthropic/claude-opus-4.5', 'PROVIDER_PREFIX claude-opus-4.5, API_MODEL claude-opus-4-5'],
    ['anthropic/claude-opus', 'PROVIDER_PREFIX claude-opus, ALIAS claude-opus-5-5'],
    ['google/gemini-3.8-flash', 'PROVIDER_PREFIX gemini-3.8-flash'],
    ['gemini/gemini-3.8-flash', 'PROVIDER_PREFIX gemini-3.8-flash'],
    ['models/gemini-3.8-flash', 'PROVIDER_PREFIX gemini-3.8-flash'],
    ['google/models/gemini-3.8-flash', 'PROVIDER_PREFIX gemini-3.8-flash'],
    ['x-ai/grok-4.7', 'PROVIDER_PREFIX grok-4.7'],
    ['perplexity-ai/sonar', 'PROVIDER_PREFIX sonar'],
    ['perplexity/sonar', 'API_MODEL sonar'],
    ['groq/openai/gpt-oss-120b', 'PROVIDER_PREFIX openai/gpt-oss-120b, API_MODEL gpt-oss-120b'],
    // Upstream ids win: this one is Groq's, not OpenAI's.
    ['openai/gpt-oss-120b', 'API_MODEL gpt-oss-120b'],
  ])('resolves %s', async (name, path) => {
    await using app = await startApp();
    expect(await pathOf(app, name)).toBe(path);
  });

  it.each([
    'openai/claude-opus-5-5',
    'google/gpt-5.5',
    'nobody/gpt-5.5',
    'openai/',
    '/gpt-5.5',
    'openai/gpt-nine',
  ])('is unknown where the vendor has no such model: %s', async (name) => {
    await using app = await startApp();
    expect(await pathOf(app, name)).toBe('MODEL_NOT_FOUND');
  });

  it('loses to names, aliases and discovered names that look the same', async () => {
    const toy = createToy();
    const overrides = toyOverrides(toy, { 'toy/plain': {}, plain: {}, other: {} });
    await using app = await startApp({}, { ...overrides, aliases: { 'toy/other': 'plain' } });
    expect(await pathOf(app, 'toy/plain')).toBe('EXACT toy/plain');
    expect(await pathOf(app, 'toy/other')).toBe('ALIAS plain');
    expect(await pathOf(app, 'toy/other-upstream')).toBe('PROVIDER_PREFIX other-upstream, API_MODEL other');
  });
});

describe('an id that the catalogue does not know', () => {
  const ASK = `mutation ($input: GenerateInput!) {
    generate(input: $input) {
      id status text cost { total } resolution { model { name origin apiModel } steps { reason } }
      warnings { code path from message }
    }
  }`;
  const allow = (origin: string): Partial<Settings> => ({
    unknownModels: 'allow',
    providers: { anthropic: { apiKey: 'k', baseUrl: origin }, gemini: { apiKey: null, baseUrl: null } },
  });

  it('is refused unless the operator allows it', async () => {
    await using app = await startApp(keyOf('anthropic'));
    expect(await pathOf(app, 'claude-opus-99')).toBe('MODEL_NOT_FOUND');
    expect(await pathOf(app, 'anthropic/claude-opus-99')).toBe('MODEL_NOT_FOUND');
  });

  it('is sent to its vendor by the rules of its family, without a price, with a warning', async () => {
    const line = getLine('anthropic');
    await using vendor = await startUpstream((incoming) => sendTurn(line, incoming, textTurn(line)));
    await using app = await startApp(allow(vendor.origin));
    const input = { model: 'anthropic/Claude-Opus-99', prompt: 'Hello', reasoning: { effort: 'HIGH' } };
    const { data, errors } = await request(app, ASK, { input });
    expect(errors).toBeUndefined();
    expect(data.generate).toMatchObject({
      status: 'COMPLETED',
      cost: null,
      resolution: {
        model: { name: 'claude-opus-99', origin: 'UNKNOWN', apiModel: 'Claude-Opus-99' },
        steps: [{ reason: 'PROVIDER_PREFIX' }, { reason: 'UNKNOWN_ALLOWED' }],
      },
      warnings: [{ code: 'MODEL_UNKNOWN', path: ['input', 'model'], from: 'claude-opus-99' }],
    });
    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toMatchObject({
      model: 'Claude-Opus-99',
      output_config: { effort: 'high' },
    });
    // It is nowhere afterwards but in the generation.
    expect((await request(app, '{ model(name: "claude-opus-99") { name } }')).data).toEqual({ model: null });
    const { data: listed } = await request(app, '{ models(where: { origin: [UNKNOWN] }) { totalCount } }');
    expect(listed.models.totalCount).toBe(0);
    const metrics = await (await fetch(new URL('/metrics', app.url))).text();
    expect(metrics).toMatch(
      /modelgraph_generations_total\{model="other",provider="anthropic",status="completed"/,
    );
    expect(metrics).not.toMatch(/opus-99/i);
  });

  it('is taken by its family alone, for vendors with a key only', async () => {
    await using app = await startApp(allow('http://127.0.0.1:9'));
    expect(await pathOf(app, 'claude-opus-99')).toBe('UNKNOWN_ALLOWED claude-opus-99');
    for (const name of [
      'gemini-99-flash',
      'google/gemini-99',
      'opus-99',
      'openai/gpt-99',
      `claude-${'9'.repeat(150)}`,
      'claude opus',
      'claude-9\u0000',
    ])
      expect([name, await pathOf(app, name)]).toEqual([name, 'MODEL_NOT_FOUND']);
  });

  it.each(['REJECT', 'DROP_WITH_WARNING'])(
    'is refused where its cost is to be limited, with onUnsupported %s',
    async (onUnsupported) => {
      await using app = await startApp(allow('http://127.0.0.1:9'));
      const input = { model: 'claude-opus-99', prompt: 'Hello', maxCostUsd: 1, onUnsupported };
      const { errors } = await request(app, ASK, { input });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'UNSUPPORTED_CAPABILITY',
        path: ['input', 'maxCostUsd'],
      });
    },
  );
});

describe('the alias default', () => {
  it('leads to the friendly alias of the first vendor with a key, else to demo', async () => {
    for (const [settings, path] of [
      [{}, 'ALIAS demo'],
      [keyOf('gemini', 'xai'), 'ALIAS gemini'],
      [keyOf('anthropic'), 'ALIAS claude'],
      [{ defaultModel: 'sonar' }, 'ALIAS sonar'],
      [{ ...keyOf('openai'), defaultModel: ' Perplexity ' }, 'ALIAS perplexity, ALIAS sonar'],
      [{ defaultModel: 'anthropic/claude-opus-4.5' }, 'ALIAS claude-opus-4-5'],
      [
        configure([{ name: 'mine', baseUrl: 'http://127.0.0.1:9/v1', models: { little: {} } }]),
        'ALIAS little',
      ],
    ] as const) {
      await using app = await startApp(settings);
      expect(`${await pathOf(app, 'default')},`).toContain(`${path},`);
    }
  });

  it('answers a request without any knowledge of models', async () => {
    await using app = await startApp();
    const { data } = await request(
      app,
      'mutation { generate(input: { model: "default", prompt: "Hello" }) { status resolution { model { name } steps { from to reason } } } }',
    );
    expect(data.generate).toEqual({
      status: 'COMPLETED',
      resolution: { model: { name: 'demo' }, steps: [{ from: 'default', to: 'demo', reason: 'ALIAS' }] },
    });
  });

  it('is a reason not to start where the operator has named no model', async () => {
    await expect(startApp({ defaultModel: 'gpt-nought' })).rejects.toThrow(
      /MODELGRAPH_DEFAULT_MODEL: there is no model "gpt-nought"/,
    );
  });
});

describe('the nearest names', () => {
  it.each([
    ['o4-mini', /^o3/],
    ['gpt-5.55', /^gpt/],
    ['claude-opus-6', /^claude/],
    ['openai/gpt-55', /^gpt/],
    ['gemni', /^gem/],
  ])('of %s are near', async (name, near) => {
    await using app = await startApp();
    const { allowed } = await resolve(app, name);
    expect(allowed.length).toBeGreaterThan(0);
    for (const suggested of allowed) expect(suggested).toMatch(near);
  });

  it('are none where nothing is near, and the message says no more', async () => {
    await using app = await startApp();
    const { errors } = await request(app, RESOLVE, { name: 'xyzzyxyzzy' });
    expect(errors?.[0]).toMatchObject({
      message: 'There is no model "xyzzyxyzzy".',
      extensions: { allowed: [], suggestion: 'List what there is with the query "models".' },
    });
  });
});

describe('a retired model', () => {
  const HOUSE = {
    old: { status: { type: 'retired', replacement: 'newer', shutdownDate: '2026-01-31' } },
    newer: { status: { type: 'deprecated', replacement: 'newest', shutdownDate: '2026-11-30' } },
    newest: {},
    orphan: { status: { type: 'retired', replacement: null, shutdownDate: null } },
  } as const;
  const start = (day: string, aliases: Readonly<Record<string, string>> = {}) => {
    const toy = createToy();
    const now = (): number => Date.parse(`${day}T12:00:00Z`);
    return { toy, started: startApp({}, { ...toyOverrides(toy, HOUSE), aliases, now }) };
  };
  const GENERATE = `mutation ($input: GenerateInput!) {
    generate(input: $input) { text resolution { model { name } steps { from to reason } } warnings { code message path from to } }
  }`;

  it('is refused before a call, with what takes its place', async () => {
    const { toy, started } = start('2026-12-01');
    await using app = await started;
    const { data, errors } = await request(app, GENERATE, {
      input: { model: 'old', prompt: 'Hello', temperature: 9 },
    });
    expect([data, errors]).toMatchObject([
      null,
      [
        {
          message: 'The model "old" was shut down by its provider on 2026-01-31. Use "newest" instead.',
          extensions: {
            code: 'MODEL_NOT_FOUND',
            path: ['input', 'model'],
            allowed: ['newest'],
            suggestion: 'Use "newest".',
          },
        },
      ],
    ]);
    expect(await resolve(app, 'orphan')).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      path: ['name'],
      allowed: [],
    });
    expect(toy.calls).toHaveLength(0);
  });

  it('of this release is refused too, and its aliases lead to what takes its place', async () => {
    await using app = await startApp(keyOf('groq'), { now: () => Date.parse('2026-11-30T12:00:00Z') });
    const { data } = await request(
      app,
      '{ models(where: { status: [RETIRED] }) { nodes { name replacement { name } } } }',
    );
    expect(data.models.nodes.length).toBeGreaterThan(0);
    for (const { name, replacement } of data.models.nodes)
      expect([name, await resolve(app, name)]).toMatchObject([
        name,
        { code: 'MODEL_NOT_FOUND', allowed: replacement === null ? [] : [expect.any(String)] },
      ]);
    expect((await request(app, '{ catalogue { problems } }')).data.catalogue.problems).toEqual([]);
  });

  it('is one from the day after its shutdown date on', async () => {
    for (const [day, code] of [
      ['2026-11-30', undefined],
      ['2026-12-01', 'MODEL_NOT_FOUND'],
    ]) {
      const { started } = start(day ?? '');
      await using app = await started;
      expect((await resolve(app, 'newer')).code).toBe(code);
    }
  });

  it('is no name to suggest, and listed only where its status is asked for', async () => {
    const { started } = start('2026-12-01');
    await using app = await started;
    const { data } = await request(
      app,
      `{ all: models { nodes { name } } retired: models(where: { status: [RETIRED] }) { nodes { name available replacement { name } } }
         either: models(where: { status: [RETIRED, ACTIVE], available: true }) { nodes { name } }
         model(name: "old") { status available } }`,
    );
    expect(data).toEqual({
      all: { nodes: [{ name: 'newest' }] },
      retired: {
        nodes: [
          { name: 'old', available: false, replacement: { name: 'newer' } },
          { name: 'newer', available: false, replacement: { name: 'newest' } },
          { name: 'orphan', available: false, replacement: null },
        ],
      },
      either: { nodes: [{ name: 'newest' }] },
      model: { status: 'RETIRED', available: false },
    });
    expect((await resolve(app, 'newes')).allowed).toEqual(['newest']);
  });

  it('is left out of the fallback models with a warning', async () => {
    const { toy, started } = start('2026-12-01');
    await using app = await started;
    const input = { model: 'newest', prompt: 'Hello', fallbackModels: ['old', 'orphan'] };
    const { data } = await request(app, GENERATE, { input });
    expect(data.generate.warnings).toEqual([
      {
        code: 'MODEL_DEPRECATED',
        message:
          'The model "old" was shut down by its provider on 2026-01-31. Use "newest" instead. It is left out of the fallback models.',
        path: ['input', 'fallbackModels', '0'],
        from: 'old',
        to: 'newest',
      },
      {
        code: 'MODEL_DEPRECATED',
        message: 'The model "orphan" was shut down by its provider. It is left out of the fallback models.',
        path: ['input', 'fallbackModels', '1'],
        from: 'orphan',
        to: null,
      },
    ]);
    expect(toy.calls).toHaveLength(1);
  });

  it('is passed over by aliases, from one day to the next on a running server, which says so', async () => {
    let day = '2026-11-30';
    const now = (): number => Date.parse(`${day}T12:00:00Z`);
    await using app = await startApp(
      {},
      { ...toyOverrides(createToy(), HOUSE), aliases: { current: 'newer' }, now },
    );
    expect(await pathOf(app, 'current')).toBe('ALIAS newer');
    day = '2026-12-01';
    expect(await pathOf(app, 'current')).toBe('ALIAS newer, ALIAS newest');
    const { data } = await request(app, '{ catalogue { problems } models { nodes { name aliases } } }');
    expect(data).toEqual({
      catalogue: {
        problems: ['alias "current" leads to "newer", which is retired: "newest" takes its place'],
      },
      models: { nodes: [{ name: 'newest', aliases: ['current'] }] },
    });
  });
});
