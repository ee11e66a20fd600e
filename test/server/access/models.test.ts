import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, jwtOf, keyOf } from '../../support/app/access.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { startIssuer } from '../../support/app/issuer.ts';
import type { OverlayFile } from '../../support/app/overlay-file.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  textDelta,
  type Toy,
  toyModels,
} from '../../support/app/toy-provider.ts';

const ANN = keyOf('ann');
const TRANSPORTS = ['http', 'sse', 'websocket'] as const;

const WEATHER = { function: { name: 'weather', parameters: { type: 'object' } } };
const CALL = {
  type: 'tool-call',
  toolCall: { callId: 'a', name: 'weather', arguments: {}, builtIn: false, result: null, opaque: null },
} as const;

/** A cheap model, a dear one, one without a price, and one that cannot reason itself, of two providers. */
const startShop = async (rules: object, more: Parameters<typeof startApp>[0] = {}) => {
  const toy: Toy = createToy((call) =>
    call.request.tools.length > 0 && call.request.messages.length === 1
      ? answerOf(CALL, finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' }))(call)
      : answerOf(textDelta('Hi'), finishEvent())(call),
  );
  const other = createToy(answerOf(textDelta('Hi'), finishEvent()), {
    name: 'elsewhere',
    displayName: 'Elsewhere',
  });
  const models = [
    ...toyModels({
      cheap: { pricing: flatPricing(1, 2), functionCalling: true },
      dear: { pricing: flatPricing(50, 100), functionCalling: true, reasoning: { type: 'always' } },
      unpriced: {},
      thinker: { pricing: flatPricing(1, 2), reasoning: { type: 'counterpart', model: 'dear' } },
    }),
    ...toyModels({ foreign: { pricing: flatPricing(1, 2) } }, 'elsewhere'),
  ];
  const file = createAccessFile({ keys: { ann: rules } });
  const app = await startApp(
    { apiKeys: [ANN.setting], accessFile: file.path, ...more },
    {
      providers: [toy.descriptor, other.descriptor],
      models,
      aliases: { fast: 'cheap', luxury: 'premium', premium: 'dear' },
      accessIntervalMs: 20,
    },
  );
  const calls = (): number => toy.calls.length + other.calls.length;
  return {
    app,
    file,
    calls,
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { text model { name } } }';
const START =
  'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id status toolCalls { callId } } }';
const STREAM = 'subscription ($input: GenerateInput!) { generate(input: $input) { sequence } }';
const PREVIEW =
  'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted problems { code path allowed suggestion } } }';
const BATCH = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';

/** Ways to ask for the model `dear`. */
const WAYS_TO_DEAR: Readonly<Record<string, object>> = {
  'by its name': { model: 'dear' },
  'in other letters': { model: ' DEAR ' },
  'by an alias': { model: 'premium' },
  'by an alias of an alias': { model: 'luxury' },
  'by its upstream id': { model: 'dear-upstream' },
  "by its provider's prefix": { model: 'toy/dear' },
  'as the counterpart that reasons': { model: 'thinker', reasoning: { enabled: true } },
  'as a fallback': { model: 'cheap', fallbackModels: ['dear'] },
  'as a later fallback, by an alias': { model: 'cheap', fallbackModels: ['fast', 'luxury'] },
};

describe.each([
  ['names', { names: ['fast', 'thinker'] }],
  ['a price', { maxInputPricePerMillion: 1 }],
  ['both', { names: ['cheap', 'thinker', 'dear'], maxInputPricePerMillion: 1 }],
] as const)('a key whose models are limited by %s', (_name, models) => {
  it.each(Object.entries(WAYS_TO_DEAR))('cannot reach another model %s, by any door', async (_way, part) => {
    await using shop = await startShop({ models });
    const input = { prompt: 'Hi', ...part };
    for (const transport of TRANSPORTS) {
      const ask = (query: string, variables: Record<string, unknown>) =>
        ASK[transport](shop.app, { query, variables }, ANN.key);
      for (const query of [GENERATE, START, STREAM]) {
        if (transport === 'http' && query === STREAM) continue;
        const { errors } = await ask(query, { input });
        expect(errors).toMatchObject([
          {
            extensions: {
              code: 'FORBIDDEN',
              retryable: false,
              suggestion: expect.stringContaining('viewer { models }'),
            },
          },
        ]);
      }
      const { data } = await ask(PREVIEW, { input });
      expect(data.previewGeneration).toMatchObject({ accepted: false, problems: [{ code: 'FORBIDDEN' }] });
      const { fallbackModels, ...request } = input as { fallbackModels?: object };
      if (fallbackModels !== undefined) continue;
      const batch = { requests: [{ customId: 'a', input: request }] };
      const { errors } = await ask(BATCH, { input: batch });
      expect(errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', path: ['input', 'requests', '0', 'input', 'model'] } },
      ]);
    }
    expect(shop.calls()).toBe(0);
  });

  it('reaches the models that it may use, by every name of theirs', async () => {
    await using shop = await startShop({ models });
    for (const model of ['cheap', 'fast', 'cheap-upstream', 'toy/cheap', 'thinker']) {
      const answer = await ASK.http(
        shop.app,
        { query: GENERATE, variables: { input: { model, prompt: 'Hi' } } },
        ANN.key,
      );
      expect(answer.data?.generate?.text).toBe('Hi');
    }
  });
});

describe('limits on models', () => {
  const usable = async (app: TestApp, token = ANN.key): Promise<readonly string[] | null> =>
    (await ASK.http(app, { query: '{ viewer { models } }' }, token)).data.viewer.models;
  const available = async (app: TestApp): Promise<readonly string[]> => {
    const query =
      '{ models(where: { available: true }) { nodes { name } } all: models { nodes { name available } } }';
    const { data } = await ASK.http(app, { query }, ANN.key);
    const names = data.models.nodes.map(({ name }: { name: string }) => name) as string[];
    const flagged = data.all.nodes.filter((node: { available: boolean }) => node.available);
    expect(flagged.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(data.all.nodes).toHaveLength(5);
    return names;
  };

  it.each([
    ['no model', { names: [] }, []],
    ['one by its alias', { names: ['luxury'] }, ['dear']],
    ['those of a provider', { providers: ['elsewhere'] }, ['foreign']],
    [
      'those up to a price, none without one',
      { maxInputPricePerMillion: 1 },
      ['cheap', 'thinker', 'foreign'],
    ],
    [
      'those that meet all conditions',
      { providers: ['toy'], maxInputPricePerMillion: 1 },
      ['cheap', 'thinker'],
    ],
  ] as const)('show %s as available, of a catalogue that is seen whole', async (_name, models, names) => {
    await using shop = await startShop({ models });
    expect(await usable(shop.app)).toEqual(names);
    expect(await available(shop.app)).toEqual(names);
  });

  it('that there are none of leave every model available', async () => {
    await using shop = await startShop({});
    expect(await usable(shop.app)).toBeNull();
    expect(await available(shop.app)).toHaveLength(5);
  });

  it('come from the claims of a token as well, which only take away', async () => {
    await using issuer = await startIssuer();
    await using shop = await startShop({}, { jwt: jwtOf(issuer) });
    shop.file.write({
      keys: { ann: {} },
      users: { models: { maxInputPricePerMillion: 1 }, operations: ['generate'] },
      claims: { models: ['https://shop.example/models'], operations: { claim: 'scope', prefix: 'mg:' } },
    });
    await shop.app.logged(({ message }) => message.includes('were taken'));
    const viewer = async (claims: object) => {
      const token = await issuer.sign({ ...claims });
      return (await ASK.http(shop.app, { query: '{ viewer { models operations } }' }, token)).data.viewer;
    };
    const models = { 'https://shop.example/models': ['fast', 'dear', 'nonsense', 7] };
    expect(await viewer({ ...models, scope: 'openid mg:generate mg:admin mg:batch' })).toEqual({
      models: ['cheap'],
      operations: ['generate'],
    });
    expect(await viewer({})).toEqual({ models: [], operations: [] });
    expect(await viewer({ 'https://shop.example/models': 'cheap thinker', scope: ['mg:generate'] })).toEqual({
      models: ['cheap', 'thinker'],
      operations: ['generate'],
    });
  });
});

describe('a generation that waits for tool results', () => {
  const rewrite = async (app: TestApp, file: OverlayFile, rules: object): Promise<void> => {
    const before = app.logLines.length;
    file.write({ keys: { ann: rules } });
    await app.logged((line) => app.logLines.indexOf(line) >= before && line.message.includes('were taken'));
  };

  it('goes on only while its caller may use its model', async () => {
    await using shop = await startShop({ models: { names: ['cheap'] } });
    const input = { model: 'cheap', prompt: 'Weather?', tools: [WEATHER] };
    const { data } = await ASK.http(
      shop.app,
      { query: GENERATE.replace('text', 'id text'), variables: { input } },
      ANN.key,
    );
    const query =
      'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "a", output: 1 }]) { id } }';
    const submit = () => ASK.http(shop.app, { query, variables: { id: data.generate.id } }, ANN.key);
    await rewrite(shop.app, shop.file, { models: { names: ['thinker'] } });
    expect(codeOf(await submit())).toBe('FORBIDDEN');
    expect(shop.calls()).toBe(1);
    await rewrite(shop.app, shop.file, { models: { names: ['cheap'] } });
    expect(codeOf(await submit())).toBeNull();
  });
});
