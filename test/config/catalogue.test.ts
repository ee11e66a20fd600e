import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { VERIFIED_AT } from '../../config/providers/sources.ts';
import { canReason, type ModelConfig } from '../../src/core/model-config.ts';

const models: readonly ModelConfig[] = Object.values(MODEL_CONFIGS).flatMap((configs) =>
  Object.values<ModelConfig>(configs),
);
const byName = new Map(models.map((config) => [config.name, config]));

const resolveAlias = (name: string): ModelConfig | undefined => {
  let at = name;
  for (let hops = 0; hops < 10 && MODEL_ALIASES[at] !== undefined; hops += 1) at = MODEL_ALIASES[at] ?? at;
  return byName.get(at);
};

const namesWhere = (isOffender: (config: ModelConfig) => boolean): readonly string[] =>
  models.filter(isOffender).map((config) => config.name);

const isFrozenThroughout = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout));

describe('the model catalogue', () => {
  it('has models of every provider, under the name of that provider', () => {
    for (const [provider, configs] of Object.entries(MODEL_CONFIGS)) {
      expect(Object.keys(configs)).not.toEqual([]);
      for (const [key, config] of Object.entries<ModelConfig>(configs)) {
        expect([config.name, config.provider]).toEqual([key, provider]);
      }
    }
  });

  it('names every model once, in lower case and without spaces', () => {
    expect(byName.size).toBe(models.length);
    expect(namesWhere(({ name }) => !/^[a-z0-9][a-z0-9.-]*$/.test(name))).toEqual([]);
  });

  it('sends no two models of a provider to the same upstream id', () => {
    const ids = models.map((config) => `${config.provider} ${config.apiModel}`);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('is frozen to its last value', () => {
    expect(isFrozenThroughout(MODEL_CONFIGS)).toBe(true);
    expect(isFrozenThroughout(MODEL_ALIASES)).toBe(true);
  });

  it('holds text models only', () => {
    expect(namesWhere((config) => !config.inputModalities.includes('text'))).toEqual([]);
    expect(namesWhere((config) => !config.outputModalities.includes('text'))).toEqual([]);
    expect(namesWhere(({ name }) => /embed|image|tts|whisper|realtime|moderation|guard/.test(name))).toEqual(
      [],
    );
  });

  it.each([
    'o1',
    'o1-pro',
    'o3-mini',
    'o4-mini',
    'gpt-4',
    'gpt-4-turbo',
    'gpt-3.5-turbo',
    'gpt-4.1-nano',
    'gpt-4o-2024-05-13',
    'gpt-5-chat-latest',
    'gpt-5.1-codex',
    'gpt-5.2-chat-latest',
    'claude-opus-4-1',
    'claude-sonnet-4-0',
    'gemini-2.0-flash',
    'gemini-3-pro-preview',
    'deepseek-chat',
    'deepseek-reasoner',
    'sonar-pro',
    'sonar-reasoning-pro',
  ])('does not offer %s, which its vendor has retired', (retired) => {
    expect(byName.has(retired)).toBe(false);
    expect(resolveAlias(retired)).toBeUndefined();
    expect(namesWhere(({ apiModel }) => apiModel === retired)).toEqual([]);
  });

  it('had no model past its shutdown on the day it was verified', () => {
    expect(
      namesWhere(
        ({ status }) =>
          status.type === 'deprecated' && status.shutdownDate !== null && status.shutdownDate <= VERIFIED_AT,
      ),
    ).toEqual([]);
  });

  it('calls a model retired from the day after its shutdown on', () => {
    expect(
      namesWhere(({ status }) => status.type === 'retired' && (status.shutdownDate ?? '') > VERIFIED_AT),
    ).toEqual([]);
    expect(namesWhere(({ status }) => status.type === 'retired')).not.toEqual([]);
  });

  it('replaces a deprecated or retired model by one of the same provider that is neither', () => {
    const deprecated = models.flatMap((config) =>
      'replacement' in config.status
        ? [{ config, replacement: byName.get(config.status.replacement ?? '') }]
        : [],
    );
    expect(deprecated).not.toEqual([]);
    for (const { config, replacement } of deprecated) {
      expect([config.name, replacement?.status.type]).not.toEqual([config.name, 'deprecated']);
      expect([config.name, replacement?.status.type]).not.toEqual([config.name, 'retired']);
      expect([config.name, replacement?.provider]).toEqual([config.name, config.provider]);
    }
  });

  it('replaces a model by one that understands the same kinds of input', () => {
    const lost = models.flatMap((config) => {
      if (config.status.type !== 'deprecated') return [];
      const inputs = byName.get(config.status.replacement ?? '')?.inputModalities ?? [];
      return config.inputModalities
        .filter((input) => !inputs.includes(input))
        .map((input) => `${config.name}: ${input}`);
    });
    expect(lost).toEqual([]);
  });

  it('gives a model without reasoning a counterpart of its own provider that reasons and is not deprecated', () => {
    for (const config of models) {
      if (config.reasoning.type !== 'counterpart') continue;
      const counterpart = byName.get(config.reasoning.model);
      expect(counterpart?.provider).toBe(config.provider);
      expect(counterpart !== undefined && canReason(counterpart)).toBe(true);
      expect(counterpart?.status.type).toBe('active');
    }
  });

  it('asks for no more output by default than a model can give', () => {
    expect(
      namesWhere(
        ({ limits }) => limits.defaultMaxOutputTokens > (limits.maxOutputTokens ?? Number.POSITIVE_INFINITY),
      ),
    ).toEqual([]);
    expect(namesWhere(({ limits }) => limits.defaultMaxOutputTokens < 1)).toEqual([]);
  });

  it('keeps what a model can read and write within its context window', () => {
    expect(
      namesWhere(({ limits, provider }) => {
        const window = limits.contextWindow ?? Number.POSITIVE_INFINITY;
        return (
          provider !== 'demo' && Math.max(limits.maxInputTokens ?? 0, limits.maxOutputTokens ?? 0) > window
        );
      }),
    ).toEqual([]);
  });

  it('leaves room for an answer beside the largest budget for reasoning', () => {
    expect(
      namesWhere(({ reasoning, limits }) =>
        reasoning.type === 'budget' && reasoning.max !== null
          ? reasoning.max >= (limits.maxOutputTokens ?? Number.POSITIVE_INFINITY)
          : false,
      ),
    ).toEqual([]);
  });

  it('states prices that are above zero, or none; only the demo models are free', () => {
    const pricesOf = ({ pricing }: ModelConfig): readonly (number | null)[] =>
      pricing === null
        ? []
        : [pricing, ...pricing.tiers].flatMap((rates) => [
            rates.inputPerMillion,
            rates.outputPerMillion,
            rates.cacheReadPerMillion,
            rates.cacheWritePerMillion,
          ]);
    for (const config of models) {
      const isFree = config.provider === 'demo';
      expect(pricesOf(config).every((price) => price === null || (isFree ? price === 0 : price > 0))).toBe(
        true,
      );
    }
  });

  it('charges less for cached input than for new input, and more in every price tier', () => {
    expect(
      namesWhere(
        ({ pricing }) => pricing !== null && (pricing.cacheReadPerMillion ?? 0) > pricing.inputPerMillion,
      ),
    ).toEqual([]);
    expect(
      namesWhere(
        ({ pricing }) =>
          pricing?.tiers.some(
            (tier) =>
              tier.inputPerMillion <= pricing.inputPerMillion ||
              tier.outputPerMillion <= pricing.outputPerMillion,
          ) ?? false,
      ),
    ).toEqual([]);
  });

  it('announces prices in the order of their days, each with all that the prices before it have', () => {
    const announced = models.flatMap(({ name, pricing }) =>
      (pricing?.schedule ?? []).map((row) => ({ name, row, pricing })),
    );
    expect(announced.map(({ name }) => name)).toContain('gemini-4-argon');
    for (const { name, row, pricing } of announced) {
      expect([name, row.from]).toEqual([name, expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/)]);
      expect([name, row.cacheReadPerMillion === null]).toEqual([name, pricing?.cacheReadPerMillion === null]);
      expect(Math.min(row.inputPerMillion, row.outputPerMillion)).toBeGreaterThan(0);
    }
    for (const { pricing } of models) {
      const days = [pricing?.effectiveDate ?? '', ...(pricing?.schedule ?? []).map(({ from }) => from)];
      expect(days).toEqual([...new Set(days)].toSorted());
    }
  });

  it('puts every price tier within the context window', () => {
    expect(
      namesWhere(
        ({ pricing, limits }) =>
          pricing?.tiers.some(
            (tier) => tier.aboveInputTokens >= (limits.contextWindow ?? Number.POSITIVE_INFINITY),
          ) ?? false,
      ),
    ).toEqual([]);
  });

  it('lists reasoning efforts from least to most', () => {
    const order = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
    for (const { reasoning } of models) {
      if (!('values' in reasoning)) continue;
      expect(reasoning.values).toEqual(
        order.filter((effort) => reasoning.values.some((value) => value === effort)),
      );
    }
  });

  it('offers temperature without reasoning only where reasoning can be switched off', () => {
    expect(
      namesWhere(
        ({ temperature, reasoning }) =>
          temperature.type === 'onlyWithoutReasoning' &&
          !(reasoning.type === 'effort' && reasoning.values.includes('none')),
      ),
    ).toEqual([]);
  });

  it('claims citations wherever a model can search the web', () => {
    expect(namesWhere((config) => config.builtInTools.includes('web_search') && !config.citations)).toEqual(
      [],
    );
  });

  it('dates every fact and says where it comes from', () => {
    const day = /^\d{4}-\d{2}-\d{2}$/;
    expect(namesWhere(({ verifiedAt, source }) => !day.test(verifiedAt) || source === '')).toEqual([]);
    expect(namesWhere(({ verifiedAt }) => verifiedAt > VERIFIED_AT)).toEqual([]);
    expect(new Set(models.map(({ verifiedAt }) => verifiedAt)).size).toBeGreaterThan(5);
    expect(namesWhere(({ releaseDate }) => releaseDate !== null && !day.test(releaseDate))).toEqual([]);
    expect(
      namesWhere(({ knowledgeCutoff }) => !/^\d{4}-\d{2}(-\d{2})?$/.test(knowledgeCutoff ?? '2000-01')),
    ).toEqual([]);
    expect(namesWhere(({ releaseDate }) => (releaseDate ?? '') > VERIFIED_AT)).toEqual([]);
    expect(namesWhere(({ description }) => description?.endsWith('.') !== true)).toEqual([]);
  });

  it('says of every demo model that it is not a language model', () => {
    for (const config of Object.values<ModelConfig>(MODEL_CONFIGS.demo))
      expect(config.description).toMatch(/^Not a language model/);
  });
});

describe('the aliases', () => {
  it('all lead to a model, and shadow none', () => {
    for (const alias of Object.keys(MODEL_ALIASES)) {
      expect([alias, resolveAlias(alias) === undefined]).toEqual([alias, false]);
      expect([alias, byName.has(alias)]).toEqual([alias, false]);
      expect(alias).toBe(alias.trim().toLowerCase());
    }
  });

  it.each([
    ['cheapest-openai', 'openai'],
    ['cheapest-claude', 'anthropic'],
    ['cheapest-gemini', 'gemini'],
    ['cheapest-groq', 'groq'],
    ['cheapest-deepseek', 'deepseek'],
    ['cheapest-perplexity', 'perplexity'],
    ['cheapest-grok', 'xai'],
  ])('%s is the active model of %s with the lowest sum of input and output price', (alias, provider) => {
    const [cheapest] = models
      .filter((config) => config.provider === provider && config.status.type === 'active')
      .flatMap(({ name, pricing }) =>
        pricing === null ? [] : [{ name, sum: pricing.inputPerMillion + pricing.outputPerMillion }],
      )
      .toSorted((one, other) => one.sum - other.sum);
    expect(resolveAlias(alias)?.name).toBe(cheapest?.name);
  });

  it('lead to models that are not deprecated, unless they spell out a deprecated one', () => {
    const families = Object.keys(MODEL_ALIASES).filter((alias) => !/\d{4}-?\d{2}-?\d{2}$/.test(alias));
    expect(families.filter((alias) => resolveAlias(alias)?.status.type === 'deprecated')).toEqual([]);
  });

  it('never lead to a retired model', () => {
    const aliases = Object.keys(MODEL_ALIASES);
    expect(aliases.filter((alias) => resolveAlias(alias)?.status.type === 'retired')).toEqual([]);
  });

  it.each([
    ['gpt', 'gpt-6.2-sol'],
    ['gpt-astra', 'gpt-6.2-astra'],
    ['gemini', 'gemini-4-hydrogen'],
    ['gemini-flash', 'gemini-4-hydrogen'],
    ['llama', 'gpt-oss-120b'],
    ['grok-build', 'grok-4.7'],
  ])('%s follows the newest of its family', (alias, name) => {
    expect(resolveAlias(alias)?.name).toBe(name);
  });
});
