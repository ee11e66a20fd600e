import { CHAT_COMPLETIONS } from '../../config/providers/apis.ts';
import { describe, expect, it } from 'vitest';
import { defineModels, type ModelDefinition } from '../../src/core/model-config.ts';
import { compareCatalogue, isEqual, printDifferences } from '../../scripts/compare-catalogue.ts';
import { type PublishedModel, readModelsFile } from '../../scripts/read-models-file.ts';

const definition: ModelDefinition = {
  displayName: 'One',
  description: null,
  apiModel: 'vendor/one',
  ...CHAT_COMPLETIONS,
  family: null,
  status: { type: 'active' },
  releaseDate: null,
  knowledgeCutoff: '2026-01',
  limits: { contextWindow: 1000, maxInputTokens: null, maxOutputTokens: 100, defaultMaxOutputTokens: 50 },
  inputModalities: ['text', 'image', 'file'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: false,
  builtInTools: [],
  reasoning: { type: 'effort', values: ['none', 'low', 'high'], default: null },
  temperature: { type: 'unsupported' },
  sampling: {
    topP: null,
    topK: null,
    stopSequences: null,
    seed: false,
    presencePenalty: null,
    frequencyPenalty: null,
  },
  verbosity: null,
  batch: { type: 'none' },
  pricing: {
    inputPerMillion: 1,
    outputPerMillion: 2,
    cacheReadPerMillion: 0.1,
    cacheWritePerMillion: null,
    audioInputPerMillion: null,
    tiers: [
      {
        aboveInputTokens: 500,
        inputPerMillion: 2,
        outputPerMillion: 4,
        cacheReadPerMillion: 0.2,
        cacheWritePerMillion: null,
      },
    ],
    effectiveDate: '2026-01-01',
  },
  verifiedAt: '2026-01-01',
  source: 'made by hand',
};

const published: PublishedModel = {
  reasoning: true,
  reasoning_options: [{ type: 'effort', values: ['none', 'low', 'high'] }],
  knowledge: '2026-01-31',
  cost: {
    input: 1,
    output: 2,
    cache_read: 0.1,
    tiers: [{ tier: { size: 500 }, input: 2, output: 4, cache_read: 0.2 }],
  },
  limit: { context: 1000, output: 100 },
  modalities: { input: ['pdf', 'text', 'image'], output: ['text'] },
};

const budget: Partial<ModelDefinition> = {
  reasoning: { type: 'budget', min: 100, max: 900, canDisable: true, dynamic: true },
};

const compare = (
  ours: Readonly<Record<string, Partial<ModelDefinition>>>,
  theirs: Readonly<Record<string, PublishedModel>>,
) => {
  const definitions = Object.entries(ours).map(([name, part]) => [name, { ...definition, ...part }] as const);
  const catalogue = { gemini: defineModels('gemini', Object.fromEntries(definitions)) };
  const document = { google: { id: 'google', models: theirs } };
  const [differences] = compareCatalogue(
    catalogue,
    { 'one-dated': 'one' },
    readModelsFile(JSON.stringify(document)),
  );
  return differences;
};

const changesOf = (ours: Partial<ModelDefinition>, theirs: Partial<PublishedModel>) =>
  compare({ one: ours }, { 'vendor/one': { ...published, ...theirs } })?.changed.flatMap(({ changes }) =>
    changes.map(({ field, here, there }) => `${field}: ${here} → ${there}`),
  );

describe('comparing the catalogue with a published list', () => {
  it('finds nothing where both say the same, whatever the order and precision they say it in', () => {
    const differences = compare({ one: {} }, { 'vendor/one': published });
    expect(differences).toEqual({ provider: 'gemini', missing: [], changed: [], retired: [] });
    expect(differences !== undefined && isEqual(differences)).toBe(true);
  });

  it('reads the list with and without the level "providers"', () => {
    const models = { 'vendor/one': published };
    const flat = readModelsFile(JSON.stringify({ openai: { models } }));
    expect(readModelsFile(JSON.stringify({ source: 'x', providers: { openai: { models } } }))).toEqual(flat);
    expect(flat.get('openai')?.get('vendor/one')).toEqual(published);
  });

  it('finds a model by our own name where the list does not use the upstream id', () => {
    expect(compare({ one: {} }, { one: published })).toMatchObject({ missing: [], changed: [], retired: [] });
  });

  it('reports text models that only the list has, but no other kind, nothing deprecated and no alias of ours', () => {
    expect(
      compare(
        { one: {} },
        {
          'vendor/one': published,
          'new-model': published,
          'new-speaker': {
            ...published,
            modalities: { input: ['text', 'audio'], output: ['text', 'audio'] },
          },
          painter: { ...published, modalities: { input: ['text'], output: ['text', 'image'] } },
          transcriber: { ...published, modalities: { input: ['audio'], output: ['text'] } },
          'text-embedding-9': { ...published, modalities: { input: ['text'], output: ['text'] } },
          'old-model': { ...published, status: 'deprecated' },
          'one-dated': published,
        },
      )?.missing,
    ).toEqual(['new-model', 'new-speaker']);
  });

  it('reports a price, a tier, a limit, a modality and a knowledge cut-off that differ, old and new', () => {
    expect(
      changesOf(
        {},
        {
          cost: { input: 3, output: 2, cache_write: 4 },
          limit: { context: 2000, input: 900, output: 100 },
          modalities: { input: ['text'], output: ['text'] },
          knowledge: '2026-05',
        },
      ),
    ).toEqual([
      'price input: 1 → 3',
      'price cache write: unknown → 4',
      'price tiers: above 500: 2 / 4 → none',
      'context window: 1000 → 2000',
      'input limit: unknown → 900',
      'input modalities: file, image, text → text',
      'knowledge cut-off: 2026-01 → 2026-05',
    ]);
  });

  it('takes 0 for "no price known" and "no limit known"', () => {
    expect(changesOf({}, { cost: { input: 0, output: 0 }, limit: { context: 0, output: 0 } })).toEqual([]);
  });

  it('takes a fact that the list leaves out for no difference', () => {
    expect(compare({ one: {} }, { 'vendor/one': {} })).toMatchObject({ changed: [], retired: [] });
  });

  it('reports reasoning that came or went', () => {
    expect(changesOf({}, { reasoning: false })).toEqual(['reasoning: true → false']);
    expect(changesOf({ reasoning: { type: 'none' } }, {})).toEqual(['reasoning: false → true']);
  });

  it('reports other efforts, and a switch that our model lacks', () => {
    const efforts = (...values: string[]) => ({ reasoning_options: [{ type: 'effort', values }] });
    expect(changesOf({}, efforts('low', 'medium', 'high'))).toEqual([
      'reasoning efforts: low, high → low, medium, high',
    ]);
    expect(
      changesOf(
        { reasoning: { type: 'effort', values: ['low', 'high'], default: null } },
        efforts('none', 'low', 'high'),
      ),
    ).toEqual(['reasoning off: false → true']);
  });

  it('compares a budget by its bounds, and names a change from one way of reasoning to another', () => {
    const bounds = { reasoning_options: [{ type: 'toggle' }, { type: 'budget_tokens', min: 100, max: 800 }] };
    expect(changesOf(budget, bounds)).toEqual(['reasoning budget most: 900 → 800']);
    expect(changesOf(budget, {})).toEqual(['reasoning: by budget → by effort: none, low, high']);
    expect(changesOf({}, bounds)).toEqual(['reasoning: by effort → by budget']);
  });

  it('reports a model that the list has no longer or calls deprecated, unless we call it deprecated too', () => {
    const deprecated: PublishedModel = { ...published, status: 'deprecated' };
    expect(
      compare(
        {
          gone: { apiModel: 'gone' },
          going: { apiModel: 'going' },
          known: {
            apiModel: 'known',
            status: { type: 'deprecated', replacement: 'gone', shutdownDate: null },
          },
        },
        { going: deprecated, known: deprecated },
      )?.retired,
    ).toEqual([
      { model: 'gone', reason: 'absent' },
      { model: 'going', reason: 'deprecated' },
    ]);
  });

  it('prints one block for each provider', () => {
    const differences = compare(
      { one: {}, two: { apiModel: 'two' } },
      {
        'vendor/one': { ...published, limit: { context: 5 } },
        three: published,
      },
    );
    expect(printDifferences(differences === undefined ? [] : [differences])).toMatchInlineSnapshot(`
      "gemini: 1 missing, 1 changed, 1 retired
        missing  three
        changed  one
                   context window: 1000 → 5
        retired  two (not in the file)"
    `);
  });
});
