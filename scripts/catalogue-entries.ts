import type { ModelConfig, ReasoningSupport } from '../src/core/model-config.ts';
import { REASONING_EFFORTS } from '../src/core/model-config.ts';
import { nearest } from '../src/lib/nearest.ts';
import type { ProviderDifferences } from './compare-catalogue.ts';
import type { PublishedModel } from './published-model.ts';

/** A value as TypeScript, in the style of config/providers. What is undefined is left out. */
const toLiteral = (value: unknown, indent: string): string => {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map((part) => toLiteral(part, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => `${inner}${key}: ${toLiteral(part, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
};

type PublishedCost = NonNullable<PublishedModel['cost']>;

/** Lists have 0 for a price that is not known. */
const known = (price: number | undefined): number | undefined => (price === 0 ? undefined : price);

const toRates = ({
  input,
  output,
  cache_read,
  cache_write,
}: Omit<PublishedCost, 'tiers' | 'input_audio'>) => ({
  input,
  output,
  cacheRead: known(cache_read),
  cacheWrite: known(cache_write),
});

const toPrices = (cost: PublishedCost) => {
  const [tier] = cost.tiers ?? [];
  return {
    ...toRates(cost),
    audioInput: known(cost.input_audio),
    above: tier === undefined ? undefined : { inputTokens: tier.tier.size, ...toRates(tier) },
  };
};

const toPricing = ({ cost, scheduled }: PublishedModel, day: string): string => {
  if (known(cost?.input) === undefined || cost === undefined) return 'null';
  const schedule = scheduled?.map(({ from, cost: later }) => ({ from, ...toPrices(later) }));
  return `price('${day}', ${toLiteral({ ...toPrices(cost), schedule }, '    ')})`;
};

/** In the way of the model it resembles, with the list's own efforts. */
const toReasoning = ({ reasoning, reasoning_options, default_effort }: PublishedModel, like: ModelConfig) => {
  if (reasoning === false) return { type: 'none' } satisfies ReasoningSupport;
  const efforts = reasoning_options?.find(({ type }) => type === 'effort')?.values;
  if (efforts === undefined || !('values' in like.reasoning)) return like.reasoning;
  const values = REASONING_EFFORTS.filter((effort) => efforts.includes(effort));
  return { ...like.reasoning, values, default: values.find((effort) => effort === default_effort) ?? null };
};

const toEntry = (id: string, published: PublishedModel, like: ModelConfig, day: string): string => {
  const { name, release_date, knowledge, limit } = published;
  const own = {
    displayName: name ?? id,
    description: null,
    apiModel: id,
    releaseDate: release_date ?? null,
    knowledgeCutoff: knowledge ?? null,
    limits: {
      ...like.limits,
      contextWindow: limit?.context ?? null,
      maxInputTokens: limit?.input ?? null,
      maxOutputTokens: limit?.output ?? null,
    },
    reasoning: toReasoning(published, like),
  };
  const fields = Object.entries(own).map(([key, value]) => `    ${key}: ${toLiteral(value, '    ')},\n`);
  const modelName = id.slice(id.lastIndexOf('/') + 1);
  return `  // As ${like.name} in all that no list says: media, tools, sampling, caches, batches, family.
  '${modelName}': {
    ...MODELS['${like.name}'],
${fields.join('')}    pricing: ${toPricing(published, day)},
  },
`;
};

/**
 * The entries that a list would add to one provider, and what it would change, as a file for a maintainer to take from:
 * whatever no list says is that of the model whose name is nearest.
 */
export const printEntries = (
  { provider, missing, changed, retired }: ProviderDifferences,
  models: readonly ModelConfig[],
  published: ReadonlyMap<string, PublishedModel>,
  day: string,
): string => {
  const likeOf = (id: string): ModelConfig | undefined => {
    const [name] = nearest(
      id,
      models.map((config) => config.name),
      1,
    );
    return models.find((config) => config.name === name) ?? models[0];
  };
  const entries = missing.flatMap((id) => {
    const [there, like] = [published.get(id), likeOf(id)];
    return there === undefined || like === undefined ? [] : [toEntry(id, there, like, day)];
  });
  const remarks = [
    ...changed.flatMap(({ model, changes }) =>
      changes.map(({ field, here, there }) => `// ${model}: ${field}: ${here} → ${there}`),
    ),
    ...retired.map(({ model, reason }) => `// ${model}: ${reason} in the list`),
  ];
  return `// For review: ${provider}, by a list of ${day}. The server does not read this file.
${[...remarks, ''].join('\n')}
export const MISSING = {
${entries.join('')}};
`;
};
