import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { Settings } from '../../../config/settings.ts';
import { sendTurn } from '../../contract/contract-upstream.ts';
import { collectOverSse, request, startApp, type TestApp } from '../../support/app/app.ts';
import { createOverlayFile, type OverlayFile, withoutFolder } from '../../support/app/overlay-file.ts';
import { startServerProcess } from '../../support/app/server-process.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';
import { getLine, textTurn } from '../checks/vendor-harness.ts';

const OFTEN = { catalogueTiming: { overlayMs: 20 } };

const startWith = (file: OverlayFile, settings: Partial<Settings> = {}): Promise<TestApp> =>
  startApp({ catalogueFile: file.path, ...settings }, OFTEN);

/** Writes another overlay and waits until the server has taken or refused it. */
const rewrite = async (
  app: TestApp,
  file: OverlayFile,
  content: unknown,
): Promise<TestApp['logLines'][number]> => {
  const before = app.logLines.length;
  file.write(content);
  return app.logged(
    (line) =>
      app.logLines.indexOf(line) >= before && /^the catalogue has changed|was refused/.test(line.message),
  );
};

const MODEL = `query ($name: String!) {
  model(name: $name) {
    name origin displayName apiModel status aliases contextWindow source
    provider { name } pricing { inputPerMillion outputPerMillion } replacement { name }
  }
}`;

const findModel = async (app: TestApp, name: string) => (await request(app, MODEL, { name })).data.model;

const catalogueOf = async (app: TestApp) =>
  (await request(app, '{ catalogue { modelCount refreshedAt sources problems } }')).data.catalogue;

const STREAM = `subscription ($input: GenerateInput!) {
  generate(input: $input) { __typename ... on TextDelta { text } ... on GenerationCompleted { generation { text } } }
}`;

describe('a model that the overlay adds', () => {
  const cases = [
    {
      provider: 'openai',
      line: 'openai (Responses)',
      name: 'gpt-9-sol',
      like: 'gpt-6.1-sol',
      body: {
        model: 'gpt-9-sol',
        store: false,
        stream: true,
        reasoning: { effort: 'high', summary: 'auto' },
      },
      path: '/responses',
    },
    {
      provider: 'anthropic',
      line: 'anthropic',
      name: 'claude-opus-9',
      like: 'claude-opus',
      body: {
        model: 'claude-opus-9',
        stream: true,
        thinking: { type: 'adaptive' },
        output_config: { effort: 'high' },
      },
      path: '/v1/messages',
    },
    {
      provider: 'gemini',
      line: 'gemini',
      name: 'gemini-9-flash',
      like: 'gemini-3.8-flash',
      body: { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true } } },
      path: '/v1beta/models/gemini-9-flash:streamGenerateContent?alt=sse',
    },
  ];

  it.each(cases)(
    'streams from $provider on a running server as $like does',
    async ({ provider, line: api, name, like, body, path }) => {
      const line = getLine(api);
      await using vendor = await startUpstream((incoming) => sendTurn(line, incoming, textTurn(line)));
      using file = createOverlayFile({});
      const providers = { [provider]: { apiKey: 'sk-test', baseUrl: vendor.origin } };
      await using app = await startWith(file, { providers });
      expect(await findModel(app, name)).toBeNull();
      expect(await rewrite(app, file, { models: { [name]: { like } } })).toMatchObject({
        level: 'info',
        fields: { added: [name], removed: [], changed: [] },
      });
      expect(await findModel(app, name)).toMatchObject({
        origin: 'OVERLAY',
        apiModel: name,
        provider: { name: provider },
      });

      const ask = async (model: string) => {
        const input = { model, prompt: 'Hello', reasoning: { effort: 'HIGH' } };
        const results = await collectOverSse(app, STREAM, { input });
        expect(results.at(-1)?.data.generate.__typename).toBe('GenerationCompleted');
        expect(results.some(({ data }) => data.generate.__typename === 'TextDelta')).toBe(true);
        return vendor.requests.at(-1);
      };
      const [added, known] = [await ask(name), await ask(like)];
      expect(added?.path).toBe(path);
      expect(JSON.parse(added?.body ?? '')).toMatchObject(body);
      const { model: _, ...shape } = JSON.parse(added?.body ?? '');
      const { model: __, ...sameShape } = JSON.parse(known?.body ?? '');
      expect(shape).toEqual(sameShape);
    },
  );

  it('is all that the model it is made after is, but for what is said of it', async () => {
    using file = createOverlayFile({
      models: {
        'Gpt-9-Sol': {
          like: 'gpt-6.1-sol',
          displayName: 'GPT-9 Sol',
          apiModel: 'gpt-9-sol-2027-01-01',
          limits: { contextWindow: 9_000_000 },
          pricing: { inputPerMillion: 7, outputPerMillion: 70 },
        },
        'gpt-9-sol-fast': { like: 'gpt-9-sol', limits: { maxOutputTokens: 1_000 } },
      },
      aliases: { gpt: 'gpt-9-sol', House: 'gpt-9-sol-fast' },
    });
    await using app = await startWith(file);
    const query = `query ($name: String!) { model(name: $name) {
      apiType capabilities { inputModalities streaming functionCalling structuredOutput batch { maxRequests } reasoning { efforts defaultEffort } } maxOutputTokens defaultMaxOutputTokens
    } }`;
    const [known, added, fast] = await Promise.all(
      ['gpt-6.1-sol', 'gpt-9-sol', 'house'].map(
        async (name) => (await request(app, query, { name })).data.model,
      ),
    );
    expect(added).toEqual(known);
    expect(fast).toMatchObject({ maxOutputTokens: 1_000, capabilities: known.capabilities });
    expect(fast.defaultMaxOutputTokens).toBeLessThanOrEqual(1_000);
    expect(await findModel(app, 'gpt')).toMatchObject({
      name: 'gpt-9-sol',
      displayName: 'GPT-9 Sol',
      contextWindow: 9_000_000,
      pricing: { inputPerMillion: 7, outputPerMillion: 70 },
      source: 'catalogue.json',
    });
    expect(await findModel(app, 'gpt-9-sol-2027-01-01')).toMatchObject({ name: 'gpt-9-sol' });
    expect((await catalogueOf(app)).sources).toEqual(['built-in', 'catalogue.json']);
  });
});

describe('a model that the overlay changes', () => {
  it('has the price, status, limits and aliases that are said, until they are said no more', async () => {
    using file = createOverlayFile({});
    await using app = await startWith(file);
    const before = await findModel(app, 'gpt-5.5');
    const said = {
      models: {
        'gpt-5.5': {
          pricing: { inputPerMillion: 1.25, outputPerMillion: 2.5 },
          status: { type: 'deprecated', replacement: 'gpt-6.1-sol', shutdownDate: '2099-01-31' },
          limits: { contextWindow: 1_234 },
        },
      },
      aliases: { gpt: 'gpt-5.5', claude: null },
    };
    expect(await rewrite(app, file, said)).toMatchObject({
      fields: { added: [], removed: [], changed: ['gpt-5.5'], aliases: ['gpt', 'claude'] },
    });
    expect(await findModel(app, 'gpt')).toMatchObject({
      name: 'gpt-5.5',
      origin: 'OVERLAY',
      status: 'DEPRECATED',
      replacement: { name: 'gpt-6.1-sol' },
      contextWindow: 1_234,
      pricing: { inputPerMillion: 1.25, outputPerMillion: 2.5 },
    });
    expect(await findModel(app, 'claude')).toBeNull();
    const { data } = await request(app, '{ models(where: { origin: [OVERLAY] }) { nodes { name } } }');
    expect(data.models.nodes).toEqual([{ name: 'gpt-5.5' }]);
    await rewrite(app, file, {});
    expect(await findModel(app, 'gpt-5.5')).toEqual(before);
  });

  it('is neither listed nor found while it is hidden, nor is an alias of it, and others still name it', async () => {
    using file = createOverlayFile({ models: { 'claude-opus-5-5': { hidden: true } } });
    await using app = await startWith(file, {
      unknownModels: 'allow',
      providers: { anthropic: { apiKey: 'k', baseUrl: null } },
    });
    const { data } = await request(
      app,
      '{ models { totalCount nodes { name aliases } } provider(name: "anthropic") { models { nodes { name } } } }',
    );
    const names = data.models.nodes.map(({ name }: { name: string }) => name);
    expect(names).not.toContain('claude-opus-5-5');
    expect(names).toContain('claude-opus-5');
    expect(JSON.stringify(data)).not.toContain('"claude-opus"');
    for (const name of ['claude-opus-5-5', 'claude-opus', 'anthropic/claude-opus-5-5', 'claude-opus-5.5']) {
      expect([name, await findModel(app, name)]).toEqual([name, null]);
      const { errors } = await request(
        app,
        'query ($name: String!) { resolveModel(name: $name) { requested } }',
        { name },
      );
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'MODEL_NOT_FOUND' });
    }
  });
});

describe('an overlay with a problem', () => {
  const BAD = {
    models: {
      'gpt-9-sol': { like: 'gpt-6.1-sol' },
      'gpt-9-luna': { like: 'gpt-nought' },
      'gpt-5.5': { pricing: { inputPerMillion: -1 }, colour: 'red' },
      'gpt-55': { hidden: true },
      o3: { limits: { maxOutputTokens: 10, defaultMaxOutputTokens: 20 } },
      'demo-two': { like: 'demo' },
      'Two Words': {},
    },
    aliases: { good: 'gpt-9-sol', gone: 'gpt-nowhere', gpt: 'gpt', 'gpt-4.1': 'o3' },
    mood: 'bad',
  };

  it('names all problems at once, with file and place, and the server does not start', async () => {
    using file = createOverlayFile(BAD);
    const error: unknown = await startWith(file).catch((caught: unknown) => caught);
    expect(withoutFolder((error as Error).message)).toMatchInlineSnapshot(`
      "The model catalogue cannot be served:
      - catalogue.json: Unrecognized key: "mood"
      - catalogue.json: models["Two Words"]: must be a name of letters, digits and . _ : / -, of no more than 128 characters
      - catalogue.json: models["gpt-5.5"].pricing.inputPerMillion: Too small: expected number to be >=0
      - catalogue.json: models["gpt-5.5"].pricing.outputPerMillion: Invalid input: expected number, received undefined
      - catalogue.json: models["gpt-5.5"]: Unrecognized key: "colour"
      - catalogue.json: models.gpt-55: there is no model "gpt-55": to add it, name in "like" the model it is made after
      - catalogue.json: models.gpt-9-luna.like: "gpt-nought" is neither a model nor an alias
      - catalogue.json: models.demo-two.like: "demo" is a script of this server, and no model can be made after it
      - catalogue.json: models.o3: defaultMaxOutputTokens 20 is above maxOutputTokens 10
      - catalogue.json: aliases.gpt: alias "gpt" runs into a cycle: gpt → gpt
      - catalogue.json: aliases.gone: alias "gone" leads to "gpt-nowhere", which is neither a model nor an alias
      - catalogue.json: aliases["gpt-4.1"]: alias "gpt-4.1" shadows the model of the same name"
    `);
  });

  it('is refused as a whole by a running server, which says so and stays as it was', async () => {
    using file = createOverlayFile({
      models: { 'gpt-5.5': { pricing: { inputPerMillion: 3, outputPerMillion: 4 } } },
    });
    await using app = await startWith(file);
    const before = await request(
      app,
      '{ models { nodes { name aliases origin pricing { inputPerMillion } } } }',
    );
    expect((await catalogueOf(app)).problems).toEqual([]);
    const line = await rewrite(app, file, BAD);
    expect(line).toMatchObject({
      level: 'warn',
      message: 'a source of the catalogue was refused; the catalogue stays as it is',
    });
    expect(
      await request(app, '{ models { nodes { name aliases origin pricing { inputPerMillion } } } }'),
    ).toEqual(before);
    const { problems } = await catalogueOf(app);
    expect(problems.length).toBeGreaterThan(5);
    for (const problem of problems) expect(problem).toMatch(/^catalogue\.json: /);
    const ready = await fetch(new URL('/health/ready', app.url));
    expect([ready.status, await ready.json()]).toEqual([
      200,
      expect.objectContaining({
        status: 'ready',
        checks: { store: 'up' },
        details: { catalogue: 'outdated' },
      }),
    ]);
    expect(await (await fetch(new URL('/metrics', app.url))).text()).toMatch(
      /^modelgraph_catalogue_problems [1-9]/m,
    );

    await rewrite(app, file, '{ "models": ');
    expect((await catalogueOf(app)).problems.map(withoutFolder)).toEqual([
      expect.stringMatching(/^catalogue\.json: cannot be read: /),
    ]);
    await rewrite(app, file, { models: { 'gpt-9': { like: 'gpt-5.5' } } });
    expect(await catalogueOf(app)).toMatchObject({ problems: [], refreshedAt: expect.any(String) });
    expect(await (await fetch(new URL('/metrics', app.url))).text()).toMatch(
      /^modelgraph_catalogue_problems 0$/m,
    );
    expect((await (await fetch(new URL('/health/ready', app.url))).json()).details).toEqual({
      catalogue: 'current',
    });
  });
});

it('an overlay may speak of every model of this release', async () => {
  const names = Object.values(MODEL_CONFIGS).flatMap((configs) => Object.keys(configs));
  using file = createOverlayFile({
    models: Object.fromEntries(
      names.map((name) => [name, { limits: { contextWindow: 77_777 }, hidden: name !== 'demo' }]),
    ),
  });
  await using app = await startWith(file);
  expect((await request(app, '{ models { nodes { name contextWindow } } }')).data.models.nodes).toEqual([
    { name: 'demo', contextWindow: 77_777 },
  ]);
});

it('a generation that runs keeps the model that it began with', async () => {
  const line = getLine('openai (Responses)');
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await using vendor = await startUpstream(async (incoming) => {
    await held;
    await sendTurn(line, incoming, textTurn(line));
  });
  using file = createOverlayFile({ models: { 'gpt-9-sol': { like: 'gpt-6.1-sol' } } });
  await using app = await startWith(file, { providers: { openai: { apiKey: 'k', baseUrl: vendor.origin } } });
  const running = request(
    app,
    'mutation { generate(input: { model: "gpt-9-sol", prompt: "Hello" }) { status resolution { model { name origin } } } }',
  );
  await vendor.request(0);
  await rewrite(app, file, {});
  expect(await findModel(app, 'gpt-9-sol')).toBeNull();
  release();
  expect((await running).data.generate).toEqual({
    status: 'COMPLETED',
    resolution: { model: { name: 'gpt-9-sol', origin: 'OVERLAY' } },
  });
});

it('SIGHUP has a server process read its overlay again', async () => {
  using file = createOverlayFile({});
  await using server = await startServerProcess({ MODELGRAPH_CATALOGUE: file.path });
  file.write({ models: { 'gpt-9-sol': { like: 'gpt-6.1-sol' } } });
  server.child.kill('SIGHUP');
  await server.printed('reading the catalogue again');
  await server.printed('the catalogue has changed');
  expect(await findModel(server as unknown as TestApp, 'gpt-9-sol')).toMatchObject({ origin: 'OVERLAY' });
});
