import { graphqlSync } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { canReason, type ModelConfig } from '../../../src/core/model-config.ts';
import { statusOn } from '../../../src/core/model-status.ts';
import { LOCAL_PRINCIPAL } from '../../../src/core/principal.ts';
import { pricingOn } from '../../../src/core/pricing-on.ts';
import { TEXT_PROVIDERS } from '../../../src/providers/index.ts';
import { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { ProviderFactory } from '../../../src/registry/provider-factory.ts';
import { TextProviderRegistry } from '../../../src/registry/text-provider-registry.ts';
import { createSchema } from '../../../src/schema/index.ts';
import { CatalogueService } from '../../../src/services/catalogue/catalogue-service.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';
import { request, startApp } from '../../support/app/app.ts';

/** A day on which one price has changed already and another has not. */
const TODAY = '2026-12-05';

const isOffered = ({ status }: ModelConfig): boolean => statusOn(status, TODAY).type !== 'retired';

const all: readonly ModelConfig[] = Object.values(MODEL_CONFIGS).flatMap((configs) =>
  Object.values<ModelConfig>(configs),
);

/** What is listed unless a status is asked for. */
const catalogue = all.filter(isOffered);

/** What a client reads to render every control of every model. */
const EVERYTHING = `
  {
    models(first: 100) {
      totalCount
      nodes {
        id name displayName description apiModel apiType aliases family status shutdownDate available
        releaseDate knowledgeCutoff contextWindow maxInputTokens maxOutputTokens defaultMaxOutputTokens
        verifiedAt source parallelToolCallsCanBeForbidden forcedToolChoice
        replacement { name }
        capabilities {
          streaming inputModalities outputModalities functionCalling structuredOutput citations builtInTools
          jsonMode fileMediaTypes
          reasoning { always efforts defaultEffort budgetTokens { min max } }
          reasoningCounterpart { name }
          requiresOneOf
          batch { maxRequests maxFileSizeMb discountPercent }
        }
        parameters { parameter supported min max default values note }
        pricing {
          currency inputPerMillion outputPerMillion cacheReadPerMillion cacheWritePerMillion audioInputPerMillion
          tiers { aboveInputTokens inputPerMillion outputPerMillion cacheReadPerMillion }
          effectiveDate
          schedule { from inputPerMillion outputPerMillion cacheReadPerMillion cacheWritePerMillion audioInputPerMillion }
        }
        provider {
          name configured credentialVariable
          capabilities { reasoning imageInput batchMaxRequests }
          health { state lastSuccessAt lastFailureAt lastErrorCode medianFirstDeltaMs }
        }
      }
    }
  }
`;

const upper = (words: readonly string[]): string[] => words.map((word) => word.toUpperCase());

describe('a model', () => {
  it('has everything that the catalogue knows of it', async () => {
    await using app = await startApp({}, { now: () => Date.parse(TODAY) });
    const { data, errors } = await request(app, EVERYTHING);
    expect(errors).toBeUndefined();
    expect(data.models.totalCount).toBe(catalogue.length);
    expect(data.models.nodes.map(({ name }: { name: string }) => name)).toEqual(
      catalogue.slice(0, 100).map(({ name }) => name),
    );
    for (const model of data.models.nodes) {
      const config = catalogue.find(({ name }) => name === model.name);
      if (config === undefined) throw new Error(`${model.name} is not in the catalogue`);
      const { limits, reasoning, batch } = config;
      const pricing = config.pricing === null ? null : pricingOn(config.pricing, TODAY);
      const status = statusOn(config.status, TODAY);
      expect(model).toMatchObject({
        displayName: config.displayName,
        apiModel: config.apiModel,
        apiType: config.apiType.toUpperCase(),
        status: status.type.toUpperCase(),
        replacement: 'replacement' in status ? { name: status.replacement } : null,
        shutdownDate: 'shutdownDate' in status ? status.shutdownDate : null,
        contextWindow: limits.contextWindow,
        maxOutputTokens: limits.maxOutputTokens,
        defaultMaxOutputTokens: limits.defaultMaxOutputTokens,
        available: config.provider === 'demo',
        provider: { name: config.provider, configured: config.provider === 'demo' },
        parallelToolCallsCanBeForbidden: config.parallelToolCallsCanBeForbidden,
        capabilities: {
          jsonMode: config.jsonMode,
          fileMediaTypes: config.inputModalities.includes('file') ? config.media.file?.mediaTypes : [],
          streaming: config.streaming,
          inputModalities: upper(config.inputModalities),
          builtInTools: upper(config.builtInTools),
          batch: batch.type === 'none' ? null : { maxRequests: batch.maxRequests },
        },
      });
      expect(model.capabilities.reasoning === null).toBe(!canReason(config));
      expect(model.capabilities.reasoningCounterpart).toEqual(
        reasoning.type === 'counterpart' ? { name: reasoning.model } : null,
      );
      expect(model.pricing?.inputPerMillion).toBe(pricing?.inputPerMillion);
      expect(model.pricing?.tiers.length).toBe(pricing?.tiers.length);
      expect(model.pricing?.schedule.map(({ from }: { from: string }) => from) ?? []).toEqual(
        pricing?.schedule?.map(({ from }) => from) ?? [],
      );
      expect(model.forcedToolChoice).toBe(config.functionCalling && (config.forcedToolChoice ?? true));
      expect(model.capabilities.requiresOneOf).toEqual(upper(config.requiresOneOf ?? []));
      for (const alias of model.aliases) expect(Object.keys(MODEL_ALIASES)).toContain(alias);
    }
  });

  it('whose parallel tool calls cannot be forbidden says so where its parameters are rendered from', async () => {
    await using app = await startApp();
    const { data } = await request(
      app,
      '{ gemini: model(name: "gemini-3.8-flash") { parameters { parameter supported values note } } gpt: model(name: "gpt-4o") { parameters { parameter supported values note } } }',
    );
    const parallel = ({ parameters }: { parameters: { parameter: string }[] }) =>
      parameters.find(({ parameter }) => parameter === 'PARALLEL_TOOL_CALLS');
    expect(parallel(data.gemini)).toMatchObject({
      supported: true,
      values: ['true'],
      note: 'They cannot be forbidden.',
    });
    expect(parallel(data.gpt)).toMatchObject({ supported: true, values: null, note: null });
  });

  it('is read with all the others without waiting for anything, as the health of every provider is', () => {
    const health = new ProviderHealthService({ failures: 0 });
    const registry = new TextProviderRegistry();
    for (const descriptor of Object.values(TEXT_PROVIDERS)) registry.registerTextProvider(descriptor);
    const log = { warn: () => undefined };
    const factory = new ProviderFactory(registry, () => ({
      apiKey: 'a key',
      baseUrl: null,
      connectTimeoutMs: 10_000,
      firstDeltaTimeoutMs: 60_000,
      idleTimeoutMs: 1,
      demoDelayMs: 0,
      log,
    }));
    const models = new ModelRegistry({ models: all, aliases: MODEL_ALIASES }, registry.descriptors(), () =>
      Date.parse(TODAY),
    );
    const contextValue = {
      principal: LOCAL_PRINCIPAL,
      catalogue: new CatalogueService(models, registry.descriptors(), factory, health),
      // Nothing may be asked of a store.
      get loaders(): never {
        throw new TypeError('a loader was asked for');
      },
    };
    const { data, errors } = graphqlSync({ schema: createSchema(), source: EVERYTHING, contextValue });
    expect(errors).toBeUndefined();
    expect((data as unknown as { models: { nodes: unknown[] } }).models.nodes).toHaveLength(
      Math.min(100, catalogue.length),
    );
    const source = '{ providers { name health { state } models(first: 5) { nodes { available } } } }';
    const providers = graphqlSync({ schema: createSchema(), source, contextValue });
    expect(providers.errors).toBeUndefined();
    expect(providers.data?.['providers']).toContainEqual({
      name: 'demo',
      health: { state: 'UNKNOWN' },
      models: { nodes: expect.arrayContaining([{ available: true }]) },
    });
  });
});

describe('a provider', () => {
  const PROVIDER = `
    query ($name: String!) {
      provider(name: $name) {
        name displayName documentationUrl models { nodes { name } }
        capabilities {
          streaming reasoning citations functionCalling imageInput audioInput fileInput structuredOutput
          batchApi batchMaxRequests batchMaxFileSizeMb
        }
      }
    }
  `;

  it('can do what some of its models can, and its batches hold what the largest hold', async () => {
    await using app = await startApp({}, { now: () => Date.parse(TODAY) });
    for (const [name, configs] of Object.entries(MODEL_CONFIGS)) {
      const models = Object.values<ModelConfig>(configs).filter(isOffered);
      const some = (holds: (config: ModelConfig) => boolean): boolean => models.some(holds);
      const most = (valueOf: (batch: { maxRequests: number; maxFileSizeMb: number }) => number) => {
        const values = models.flatMap(({ batch }) => (batch.type === 'native' ? [valueOf(batch)] : []));
        return values.length === 0 ? null : Math.max(...values);
      };
      const { data } = await request(app, PROVIDER, { name });
      expect(data.provider).toMatchObject({
        name,
        models: { nodes: models.map((config) => ({ name: config.name })) },
        capabilities: {
          streaming: some(({ streaming }) => streaming),
          reasoning: some(({ reasoning }) => !['none', 'counterpart'].includes(reasoning.type)),
          citations: some(({ citations }) => citations),
          functionCalling: some(({ functionCalling }) => functionCalling),
          imageInput: some(({ inputModalities }) => inputModalities.includes('image')),
          audioInput: some(({ inputModalities }) => inputModalities.includes('audio')),
          fileInput: some(({ inputModalities }) => inputModalities.includes('file')),
          structuredOutput: some(({ structuredOutput }) => structuredOutput),
          batchApi: some(({ batch }) => batch.type === 'native'),
          batchMaxRequests: most(({ maxRequests }) => maxRequests),
          batchMaxFileSizeMb: most(({ maxFileSizeMb }) => maxFileSizeMb),
        },
      });
    }
  });

  it('is found by its name, trimmed and in any case, and null when there is none', async () => {
    await using app = await startApp();
    const find = async (name: string) => (await request(app, PROVIDER, { name })).data.provider;
    expect(await find(' OpenAI ')).toMatchObject({ name: 'openai' });
    for (const name of ['', 'nobody', '__proto__']) expect(await find(name)).toBeNull();
  });

  it('shows how it has been doing', async () => {
    await using app = await startApp();
    const health = async () =>
      (
        await request(
          app,
          '{ provider(name: "demo") { health { state lastSuccessAt lastFailureAt lastErrorCode medianFirstDeltaMs } } }',
        )
      ).data.provider.health;
    const generate = (model: string) =>
      request(app, 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }', {
        input: { model, prompt: 'Hi' },
      });
    expect(await health()).toEqual({
      state: 'UNKNOWN',
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
      medianFirstDeltaMs: null,
    });
    await generate('demo');
    expect(await health()).toMatchObject({
      state: 'HEALTHY',
      lastSuccessAt: expect.any(String),
      lastErrorCode: null,
    });
    await generate('demo-error');
    expect(await health()).toMatchObject({ state: 'DEGRADED', lastErrorCode: 'PROVIDER_OVERLOADED' });
  });
});
