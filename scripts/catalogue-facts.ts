import { alwaysReasons, effortsOf } from '../src/core/capabilities.ts';
import { canReason, type ModelConfig, type Pricing, type ScheduledPrice } from '../src/core/model-config.ts';
import { shutdownDateOf, statusOn } from '../src/core/model-status.ts';
import { pricingOn } from '../src/core/pricing-on.ts';
import type { PublishedModel } from './published-model.ts';

const sorted = (values: readonly string[]): string => [...values].sort().join(', ');
export const shown = (value: number | string | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : value === '' ? 'none' : String(value);

/** Lists have 0 for an unknown separate price and for an unknown limit. */
const known = (value: number | undefined): number | null =>
  value === undefined || value === 0 ? null : value;

const toModality = (name: string): string => (name === 'pdf' ? 'file' : name);

/** What both say of one thing; null: unknown, or none. */
export interface Fact {
  readonly field: string;
  readonly here: number | string | null;
  readonly there: number | string | null;
  /** Not an error of a request or of its cost, where the two differ. Left out: it may be one. */
  readonly harmless?: boolean;
}

function* priceFacts(pricing: Pricing | null, { cost }: PublishedModel): Generator<Fact> {
  if (known(cost?.input) === null && known(cost?.output) === null) return;
  const rates = [
    ['price input', pricing?.inputPerMillion, cost?.input],
    ['price output', pricing?.outputPerMillion, cost?.output],
    ['price cache read', pricing?.cacheReadPerMillion, cost?.cache_read],
    ['price cache write', pricing?.cacheWritePerMillion, cost?.cache_write],
    [
      'price cache write, long',
      pricing?.cacheWriteLongPerMillion,
      cost?.cache_write_1h ?? cost?.cache_write_12h,
    ],
    ['price audio input', pricing?.audioInputPerMillion, cost?.input_audio],
  ] as const;
  for (const [field, here, there] of rates) {
    if (known(there) !== null) yield { field, here: here ?? null, there: known(there) };
  }
  const tier = (size: number, input: number | undefined, output: number | undefined): string =>
    `above ${size}: ${shown(input)} / ${shown(output)}`;
  yield {
    field: 'price tiers',
    here: (pricing?.tiers ?? [])
      .map((at) => tier(at.aboveInputTokens, at.inputPerMillion, at.outputPerMillion))
      .join('; '),
    there: (cost?.tiers ?? []).map((at) => tier(at.tier.size, at.input, at.output)).join('; '),
  };
}

type PublishedCost = NonNullable<PublishedModel['cost']>;

/** Of the rows that begin after a day. */
function* scheduleFacts(
  pricing: Pricing | null,
  { scheduled }: PublishedModel,
  day: string | null,
): Generator<Fact> {
  if (scheduled === undefined) return;
  const row = (from: string, { input, output, cache_read }: PublishedCost): string =>
    `${from}: ${shown(input)} / ${shown(output)} / ${shown(cache_read)}`;
  const toCost = (rates: ScheduledPrice): PublishedCost => ({
    input: rates.inputPerMillion,
    output: rates.outputPerMillion,
    cache_read: rates.cacheReadPerMillion ?? undefined,
  });
  yield {
    field: 'announced prices',
    here: (pricing?.schedule ?? []).map((rates) => row(rates.from, toCost(rates))).join('; '),
    there: scheduled
      .filter(({ from }) => day === null || from > day)
      .map(({ from, cost }) => row(from, cost))
      .join('; '),
  };
}

/** When and whether its vendor stops answering for it. A list says of many that still answer nothing but this. */
function* statusFacts(
  { status }: ModelConfig,
  published: PublishedModel,
  day: string | null,
): Generator<Fact> {
  if (published.shutdown_date !== undefined)
    yield { field: 'shutdown date', here: shutdownDateOf(status), there: published.shutdown_date };
  const isRetired = (day === null ? status : statusOn(status, day)).type === 'retired';
  if (isRetired && published.status !== 'deprecated')
    yield { field: 'status', here: 'retired', there: 'listed', harmless: true };
}

function* batchFacts({ batch }: ModelConfig, { batch_discount: there }: PublishedModel): Generator<Fact> {
  if (there === undefined) return;
  yield {
    field: 'batch discount',
    here: batch.type === 'none' ? 'no batches' : batch.discountPercent,
    there,
  };
}

/** What is offered and refused by the vendor is harm; what could be offered and is not is none. */
function* offerFacts(config: ModelConfig, published: PublishedModel): Generator<Fact> {
  const offers = [
    ['temperature', config.temperature.type !== 'unsupported', published.temperature],
    ['function calling', config.functionCalling, published.tool_call],
    ['structured output', config.structuredOutput, published.structured_output],
    ['forced tool choice', config.forcedToolChoice ?? true, published.forced_tool_choice],
  ] as const;
  for (const [field, here, there] of offers)
    if (there !== undefined) yield { field, here: String(here), there: String(there), harmless: !here };
}

function* limitFacts({ limits }: ModelConfig, { limit }: PublishedModel): Generator<Fact> {
  const pairs = [
    ['context window', limits.contextWindow, limit?.context],
    ['input limit', limits.maxInputTokens, limit?.input],
    ['output limit', limits.maxOutputTokens, limit?.output],
  ] as const;
  for (const [field, here, there] of pairs) {
    if (known(there) !== null) yield { field, here, there: known(there) };
  }
}

function* modalityFacts(config: ModelConfig, { modalities }: PublishedModel): Generator<Fact> {
  if (modalities === undefined) return;
  yield {
    field: 'input modalities',
    here: sorted(config.inputModalities),
    there: sorted(modalities.input.map(toModality)),
  };
  yield {
    field: 'output modalities',
    here: sorted(config.outputModalities),
    there: sorted(modalities.output.map(toModality)),
  };
}

/**
 * Compares in the terms of our model: for a model with efforts and a budget, the list has both and we have one. "Off" is
 * compared only if the list says that reasoning can be switched off, which it often omits.
 */
function* reasoningFacts(config: ModelConfig, published: PublishedModel): Generator<Fact> {
  if (published.reasoning === undefined) return;
  const here = canReason(config);
  yield { field: 'reasoning', here: String(here), there: String(published.reasoning) };
  if (!here || !published.reasoning) return;
  const options = published.reasoning_options ?? [];
  const efforts = options.find((option) => option.type === 'effort')?.values;
  const budget = options.find((option) => option.type === 'budget_tokens');
  const canSwitchOff =
    options.some((option) => option.type === 'toggle') || efforts?.includes('none') === true;
  if (canSwitchOff) yield { field: 'reasoning off', here: String(!alwaysReasons(config)), there: 'true' };
  if (config.reasoning.type === 'budget') {
    if (budget?.min !== undefined)
      yield { field: 'reasoning budget least', here: config.reasoning.min, there: budget.min };
    if (budget?.max !== undefined)
      yield { field: 'reasoning budget most', here: config.reasoning.max, there: budget.max };
    if (budget === undefined && efforts !== undefined)
      yield { field: 'reasoning', here: 'by budget', there: `by effort: ${efforts.join(', ')}` };
  } else if (efforts !== undefined) {
    const withoutNone = (values: readonly string[]) => values.filter((value) => value !== 'none').join(', ');
    yield { field: 'reasoning efforts', here: withoutNone(effortsOf(config)), there: withoutNone(efforts) };
  } else if (budget !== undefined) {
    yield { field: 'reasoning', here: `by ${config.reasoning.type}`, there: 'by budget' };
  }
}

function* knowledgeFacts({ knowledgeCutoff }: ModelConfig, { knowledge }: PublishedModel): Generator<Fact> {
  if (knowledge === undefined) return;
  const isSameDay =
    knowledgeCutoff !== null &&
    (knowledge.startsWith(knowledgeCutoff) || knowledgeCutoff.startsWith(knowledge));
  if (!isSameDay)
    yield { field: 'knowledge cut-off', here: knowledgeCutoff, there: knowledge, harmless: true };
}

/** What a client is told and no request goes by. */
function* informationFacts(
  { releaseDate, reasoning }: ModelConfig,
  published: PublishedModel,
): Generator<Fact> {
  const { release_date: released, default_effort: effort } = published;
  if (released !== undefined)
    yield { field: 'release date', here: releaseDate, there: released, harmless: true };
  if (effort !== undefined && 'values' in reasoning)
    yield { field: 'default effort', here: reasoning.default, there: effort, harmless: true };
}

/** All that a published list says of a model, beside what the catalogue says of it, on a day (YYYY-MM-DD) or on none. */
export const factsOf = (
  config: ModelConfig,
  published: PublishedModel,
  day: string | null,
): readonly Fact[] => {
  const pricing = config.pricing === null || day === null ? config.pricing : pricingOn(config.pricing, day);
  return [
    ...statusFacts(config, published, day),
    ...priceFacts(pricing, published),
    ...scheduleFacts(pricing, published, day),
    ...batchFacts(config, published),
    ...limitFacts(config, published),
    ...modalityFacts(config, published),
    ...reasoningFacts(config, published),
    ...offerFacts(config, published),
    ...knowledgeFacts(config, published),
    ...informationFacts(config, published),
  ];
};
