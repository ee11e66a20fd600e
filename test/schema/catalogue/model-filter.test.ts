import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { statusOn } from '../../../src/core/model-status.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { createToy, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const all: readonly ModelConfig[] = Object.values(MODEL_CONFIGS).flatMap((configs) =>
  Object.values<ModelConfig>(configs),
);

const TODAY = '2026-11-30';
const statusOf = ({ status }: ModelConfig) => statusOn(status, TODAY).type;

/** What is listed unless a status is asked for. */
const catalogue = all.filter((config) => statusOf(config) !== 'retired');

const namesWhere = (
  holds: (config: ModelConfig) => boolean,
  among: readonly ModelConfig[] = catalogue,
): string[] => among.filter(holds).map(({ name }) => name);

const aliasesOf = (name: string): string[] =>
  Object.keys(MODEL_ALIASES).filter((alias) => {
    let at = alias;
    for (let hops = 0; hops < 10 && MODEL_ALIASES[at] !== undefined; hops += 1) at = MODEL_ALIASES[at] ?? at;
    return at === name;
  });

const priceOf = ({ pricing }: ModelConfig): [number, number] => [
  pricing?.inputPerMillion ?? Number.POSITIVE_INFINITY,
  pricing?.outputPerMillion ?? Number.POSITIVE_INFINITY,
];

const reasonsItself = ({ reasoning }: ModelConfig): boolean =>
  !['none', 'counterpart'].includes(reasoning.type);

const MODELS = `
  query ($where: ModelFilter, $orderBy: ModelOrder) {
    models(where: $where, orderBy: $orderBy) { totalCount nodes { name } }
  }
`;

const namesOf = async (app: TestApp, variables: Record<string, unknown>): Promise<string[]> => {
  const { data, errors } = await request(app, MODELS, variables);
  expect(errors).toBeUndefined();
  expect(data.models.totalCount).toBe(data.models.nodes.length);
  return data.models.nodes.map(({ name }: { name: string }) => name);
};

/** Each condition beside the same worked out from the catalogue itself. Every one holds for some models and not all. */
const CONDITIONS: readonly (readonly [
  where: Record<string, unknown>,
  holds: (config: ModelConfig) => boolean,
])[] = [
  [{ search: 'OPUS ' }, ({ name, displayName }) => `${name} ${displayName}`.toLowerCase().includes('opus')],
  [{ search: 'Reasoning)' }, ({ displayName }) => displayName.toLowerCase().includes('reasoning)')],
  [
    { search: 'cheapest' },
    ({ name }) => name.includes('cheapest') || aliasesOf(name).some((alias) => alias.includes('cheapest')),
  ],
  [{ providers: ['groq', ' XAI'] }, ({ provider }) => provider === 'groq' || provider === 'xai'],
  [{ available: true }, ({ provider }) => provider === 'demo' || provider === 'groq'],
  [{ available: false }, ({ provider }) => provider !== 'demo' && provider !== 'groq'],
  [{ status: ['DEPRECATED'] }, (config) => statusOf(config) === 'deprecated'],
  [{ status: ['RETIRED'] }, (config) => statusOf(config) === 'retired'],
  [{ status: ['RETIRED', 'DEPRECATED'] }, (config) => ['retired', 'deprecated'].includes(statusOf(config))],
  [{ status: ['ACTIVE', 'PREVIEW'] }, (config) => ['active', 'preview'].includes(statusOf(config))],
  [{ inputModalities: ['IMAGE'] }, ({ inputModalities }) => inputModalities.includes('image')],
  [
    { inputModalities: ['IMAGE', 'AUDIO', 'TEXT'] },
    ({ inputModalities }) => inputModalities.includes('image') && inputModalities.includes('audio'),
  ],
  [{ outputModalities: ['TEXT', 'AUDIO'] }, ({ outputModalities }) => outputModalities.includes('audio')],
  [{ reasoning: true }, reasonsItself],
  [{ reasoning: false }, (config) => !reasonsItself(config)],
  [
    { reasoningEffort: 'XHIGH' },
    ({ reasoning }) => 'values' in reasoning && reasoning.values.includes('xhigh'),
  ],
  [
    { reasoningEffort: 'NONE' },
    ({ reasoning }) =>
      ('values' in reasoning && reasoning.values.includes('none')) ||
      (reasoning.type === 'adaptive' && reasoning.canDisable),
  ],
  [{ functionCalling: true }, ({ functionCalling }) => functionCalling],
  [{ functionCalling: false }, ({ functionCalling }) => !functionCalling],
  [{ structuredOutput: true }, ({ structuredOutput }) => structuredOutput],
  [{ structuredOutput: false }, ({ structuredOutput }) => !structuredOutput],
  [{ streaming: false }, ({ streaming }) => !streaming],
  [{ streaming: true }, ({ streaming }) => streaming],
  [{ citations: true }, ({ citations }) => citations],
  [{ citations: false }, ({ citations }) => !citations],
  [
    { builtInTools: ['WEB_SEARCH', 'CODE_INTERPRETER'] },
    ({ builtInTools }) => builtInTools.includes('web_search') && builtInTools.includes('code_interpreter'),
  ],
  [{ batch: true }, ({ batch }) => batch.type === 'native'],
  [{ batch: false }, ({ batch }) => batch.type === 'none'],
  [{ minContextWindow: 1_000_000 }, ({ limits }) => (limits.contextWindow ?? 0) >= 1_000_000],
  [{ minContextWindow: 0 }, ({ limits }) => limits.contextWindow !== null],
  [{ maxInputPricePerMillion: 1 }, (config) => priceOf(config)[0] <= 1],
  [{ maxOutputPricePerMillion: 5 }, (config) => priceOf(config)[1] <= 5],
  [
    { reasoning: true, inputModalities: ['IMAGE'], maxInputPricePerMillion: 2, status: ['ACTIVE'] },
    (config) =>
      reasonsItself(config) &&
      config.inputModalities.includes('image') &&
      priceOf(config)[0] <= 2 &&
      config.status.type === 'active',
  ],
];

/** Tried in overlay.test.ts: without other layers every model has the same origin. */
const TRIED_ELSEWHERE = ['origin'];

const startCatalogue = (): Promise<TestApp> => {
  const unset = { apiKey: null, baseUrl: null };
  return startApp(
    {
      providers: {
        ...Object.fromEntries(Object.keys(MODEL_CONFIGS).map((name) => [name, unset])),
        groq: { apiKey: 'a key', baseUrl: 'http://127.0.0.1:9' },
      },
    },
    { now: () => Date.parse(TODAY) },
  );
};

describe('a condition on models', () => {
  it('is tried for every field of the filter', async () => {
    await using app = await startCatalogue();
    const { data } = await request(app, '{ __type(name: "ModelFilter") { inputFields { name } } }');
    const tried = new Set([...CONDITIONS.flatMap(([where]) => Object.keys(where)), ...TRIED_ELSEWHERE]);
    expect(data.__type.inputFields.map(({ name }: { name: string }) => name).toSorted()).toEqual(
      [...tried].toSorted(),
    );
  });

  it('gives exactly the models of which it holds, in catalogue order', async () => {
    await using app = await startCatalogue();
    for (const [where, holds] of CONDITIONS) {
      const expected = namesWhere(holds, 'status' in where ? all : catalogue);
      expect([where, expected.length > 0 && expected.length < catalogue.length]).toEqual([where, true]);
      expect([where, await namesOf(app, { where })]).toEqual([where, expected]);
    }
  });

  it('is none when it is null, left out, or a search for nothing', async () => {
    await using app = await startCatalogue();
    const names: readonly string[] = catalogue.map(({ name }) => name);
    for (const where of [null, {}, { search: null, providers: null, reasoning: null }, { search: ' ' }])
      expect(await namesOf(app, { where })).toEqual(names);
    expect(await namesOf(app, { where: { inputModalities: [], builtInTools: [] } })).toEqual(names);
  });

  it('of an empty choice holds for no model', async () => {
    await using app = await startCatalogue();
    expect(await namesOf(app, { where: { providers: [] } })).toEqual([]);
    expect(await namesOf(app, { where: { status: [] } })).toEqual([]);
    expect(await namesOf(app, { where: { providers: ['nobody'] } })).toEqual([]);
  });

  it('narrows the models of one provider too', async () => {
    await using app = await startCatalogue();
    const { data } = await request(
      app,
      '{ provider(name: "openai") { models(where: { streaming: false }) { totalCount nodes { name } } } }',
    );
    const expected = namesWhere(({ provider, streaming }) => provider === 'openai' && !streaming);
    expect(data.provider.models).toEqual({
      totalCount: expected.length,
      nodes: expected.map((name) => ({ name })),
    });
    expect(expected).not.toEqual([]);
  });
});

describe('an order of models', () => {
  const KEYS: Readonly<Record<string, (config: ModelConfig) => string | number | null>> = {
    NAME: ({ name }) => name,
    PROVIDER: ({ provider }) => provider,
    RELEASE_DATE: ({ releaseDate }) => releaseDate,
    CONTEXT_WINDOW: ({ limits }) => limits.contextWindow,
    INPUT_PRICE: ({ pricing }) => pricing?.inputPerMillion ?? null,
    OUTPUT_PRICE: ({ pricing }) => pricing?.outputPerMillion ?? null,
    STATUS: (config) => ['active', 'preview', 'deprecated', 'retired'].indexOf(statusOf(config)),
    ORIGIN: () => 'built-in',
    BATCH_DISCOUNT: ({ batch }) => (batch.type === 'native' ? batch.discountPercent : null),
  };

  const ordered = (field: string, direction: string): string[] => {
    const keyOf = KEYS[field] ?? (() => null);
    const known = catalogue.filter((config) => keyOf(config) !== null);
    const unknown = catalogue.filter((config) => keyOf(config) === null);
    const values = [...new Set(known.map((config) => keyOf(config) ?? ''))].toSorted((a, b) =>
      typeof a === 'number' ? a - Number(b) : a < b ? -1 : 1,
    );
    if (direction === 'DESC') values.reverse();
    return [...values.flatMap((value) => known.filter((config) => keyOf(config) === value)), ...unknown].map(
      ({ name }) => name,
    );
  };

  it('holds both ways for every field, with unknown values last and ties in catalogue order', async () => {
    await using app = await startCatalogue();
    const { data } = await request(app, '{ __type(name: "ModelOrderField") { enumValues { name } } }');
    const fields: readonly string[] = data.__type.enumValues.map(({ name }: { name: string }) => name);
    expect(fields.toSorted()).toEqual(Object.keys(KEYS).toSorted());
    for (const field of fields) {
      for (const direction of ['ASC', 'DESC'])
        expect([field, direction, await namesOf(app, { orderBy: { field, direction } })]).toEqual([
          field,
          direction,
          ordered(field, direction),
        ]);
      expect(await namesOf(app, { orderBy: { field } })).toEqual(ordered(field, 'ASC'));
    }
    const isKnown = (field: string) => (config: ModelConfig) => KEYS[field]?.(config) !== null;
    for (const field of ['RELEASE_DATE', 'CONTEXT_WINDOW', 'INPUT_PRICE', 'OUTPUT_PRICE'])
      expect([field, catalogue.every(isKnown(field))]).toEqual([field, false]);
  });

  it('is applied after the conditions', async () => {
    await using app = await startCatalogue();
    const where = { providers: ['gemini'] };
    const names = await namesOf(app, { where, orderBy: { field: 'NAME', direction: 'DESC' } });
    expect(names).toEqual(
      namesWhere(({ provider }) => provider === 'gemini')
        .toSorted()
        .toReversed(),
    );
  });
});

describe('availability', () => {
  it('ends, in the filter and in the field, when the provider refuses the credentials of the server', async () => {
    const toy = createToy(async function* () {
      yield textDelta('H');
      throw new ProviderError('PROVIDER_AUTHENTICATION', { provider: 'toy' });
    });
    await using app = await startApp({}, toyOverrides(toy));
    const seen = async () => ({
      names: await namesOf(app, { where: { available: true } }),
      model: (await request(app, '{ model(name: "toy") { available provider { configured } } }')).data.model,
    });
    expect(await seen()).toEqual({
      names: ['toy'],
      model: { available: true, provider: { configured: true } },
    });
    await request(app, 'mutation { generate(input: { model: "toy", prompt: "Hi" }) { id } }');
    expect(await seen()).toEqual({ names: [], model: { available: false, provider: { configured: true } } });
  });
});
