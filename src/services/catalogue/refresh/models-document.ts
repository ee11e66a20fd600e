import { z } from 'zod';
import type { Modality, Pricing } from '../../../core/model-config.ts';
import { isDay, isMonth } from '../../../core/utc-day.ts';
import { isUpstreamId } from '../../../lib/is-upstream-id.ts';
import { MAX_INT } from '../../../lib/max-int.ts';
import type { FeedEntry, ModelPatch } from '../../../registry/catalogue-layers.ts';

/** More models of known providers than this make a document or a list unlikely to be a catalogue. */
export const MOST_MODELS = 5_000;

const NO_LINE = /[\p{Cc}\p{Cs}]/u;

const short = z.string().max(200);
const count = z.int().nonnegative().max(MAX_INT);
/** A dollar for each token is more than any model costs. */
const dollars = z.number().nonnegative().max(1_000_000);

const cost = z.object({
  input: dollars,
  output: dollars,
  cache_read: dollars.nullish(),
  cache_write: dollars.nullish(),
  /** What is kept for longer than a cache's shortest time, in the documents that have it. */
  cache_write_1h: dollars.nullish(),
  cache_write_12h: dollars.nullish(),
  input_audio: dollars.nullish(),
});

/** Prices of prompts of more than so many tokens; one without a size is a tier of another kind. */
const tier = z.object({ tier: z.object({ size: count.nullish() }), ...cost.shape });

/** What is read of a model; a document may say more. */
const MODEL = z.object({
  name: short.nullish(),
  reasoning: z.boolean().nullish(),
  tool_call: z.boolean().nullish(),
  structured_output: z.boolean().nullish(),
  temperature: z.boolean().nullish(),
  modalities: z.object({ input: z.array(short).max(20), output: z.array(short).max(20) }).nullish(),
  limit: z.object({ context: count.nullish(), input: count.nullish(), output: count.nullish() }).nullish(),
  cost: cost.extend({ context_over_200k: cost.nullish(), tiers: z.array(tier).max(20).nullish() }).nullish(),
  release_date: short.nullish(),
  knowledge: short.nullish(),
  status: short.nullish(),
  replacement: short.nullish(),
  shutdown_date: short.nullish(),
  scheduled: z
    .array(z.object({ from: z.string().refine(isDay, 'must be a day such as 2026-01-31'), cost }))
    .max(20)
    .nullish(),
});

type Model = z.output<typeof MODEL>;
type Cost = z.output<typeof cost>;

const PROVIDERS = z.record(z.string(), z.unknown());
const PROVIDER = z.object({ models: z.record(z.string(), z.unknown()) });

/** The bound from which models.dev's `context_over_200k` holds. */
const LONG_CONTEXT_TOKENS = 200_000;

const toRates = (given: Cost) => ({
  inputPerMillion: given.input,
  outputPerMillion: given.output,
  cacheReadPerMillion: given.cache_read ?? null,
  cacheWritePerMillion: given.cache_write ?? null,
  cacheWriteLongPerMillion: given.cache_write_1h ?? given.cache_write_12h ?? null,
});

const toTiers = ({ tiers, context_over_200k: long }: NonNullable<Model['cost']>) => {
  if (tiers) {
    const rows = tiers.flatMap(({ tier: { size }, ...rates }) =>
      size ? [{ aboveInputTokens: size, ...toRates(rates) }] : [],
    );
    return rows.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  }
  return long ? [{ aboveInputTokens: LONG_CONTEXT_TOKENS, ...toRates(long) }] : [];
};

const toPricing = ({ cost: given, scheduled }: Model, day: string): Pricing | undefined =>
  given === null || given === undefined
    ? undefined
    : {
        ...toRates(given),
        audioInputPerMillion: given.input_audio ?? null,
        tiers: toTiers(given),
        effectiveDate: day,
        ...(scheduled !== null &&
          scheduled !== undefined && {
            schedule: scheduled
              .toSorted((a, b) => (a.from < b.from ? -1 : 1))
              .map((row) => ({
                from: row.from,
                ...toRates(row.cost),
                audioInputPerMillion: row.cost.input_audio ?? null,
                tiers: [],
              })),
          }),
      };

const toStatus = ({ status, replacement, shutdown_date: shutdownDate }: Model): ModelPatch['status'] => {
  const ended = {
    replacement: replacement ?? null,
    shutdownDate: shutdownDate && isDay(shutdownDate) ? shutdownDate : null,
  };
  if (status === 'deprecated' || ended.shutdownDate !== null) return { type: 'deprecated', ...ended };
  if (status === 'retired') return { type: 'retired', ...ended };
  return status === 'alpha' || status === 'beta' || status === 'preview' ? { type: 'preview' } : undefined;
};

/** A limit of 0 is how the document says that it knows none. */
const toLimits = ({ limit }: Model) => ({
  ...(limit?.context && { contextWindow: limit.context }),
  ...(limit?.input && { maxInputTokens: limit.input }),
  ...(limit?.output && { maxOutputTokens: limit.output }),
});

const INPUTS: ReadonlyMap<string, Modality> = new Map([
  ['text', 'text'],
  ['image', 'image'],
  ['audio', 'audio'],
  ['pdf', 'file'],
  ['file', 'file'],
]);

const toFacts = (model: Model, day: string): ModelPatch => {
  const pricing = toPricing(model, day);
  const status = toStatus(model);
  const limits = toLimits(model);
  const { release_date: released, knowledge } = model;
  return {
    ...(pricing !== undefined && { pricing }),
    ...(status !== undefined && { status }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(released && isDay(released) && { releaseDate: released }),
    ...(knowledge && (isMonth(knowledge) || isDay(knowledge)) && { knowledgeCutoff: knowledge }),
  };
};

const toFurtherFacts = (model: Model): ModelPatch => {
  const { name, reasoning, tool_call: functionCalling, structured_output: structured, temperature } = model;
  const inputs = model.modalities?.input.flatMap((input) => INPUTS.get(input) ?? []);
  return {
    ...(name && !NO_LINE.test(name) && { displayName: name }),
    ...(reasoning === false && { reasoning: { type: 'none' } }),
    ...(typeof functionCalling === 'boolean' && { functionCalling }),
    ...(functionCalling === false && { parallelToolCalls: false }),
    ...(typeof structured === 'boolean' && { structuredOutput: structured }),
    ...(temperature === false && { temperature: { type: 'unsupported' } }),
    ...(inputs !== undefined && { inputModalities: [...new Set<Modality>(['text', ...inputs])] }),
  };
};

const writesText = ({ modalities }: Model): boolean =>
  modalities === null ||
  modalities === undefined ||
  (modalities.output.includes('text') && modalities.input.includes('text'));

export interface DocumentContext {
  /** Providers by every name a document may have for them. */
  readonly vendors: ReadonlyMap<string, string>;
  /** The day it was read, YYYY-MM-DD. */
  readonly day: string;
}

const toPlace = (vendor: string, id: string, path: readonly PropertyKey[]): string =>
  [vendor, 'models', id, ...path.map(String)].join('.');

const readProvider = (
  vendor: string,
  provider: string,
  given: unknown,
  day: string,
  problems: string[],
): readonly FeedEntry[] => {
  const parsed = PROVIDER.safeParse(given);
  if (!parsed.success) {
    problems.push(`${vendor}: has no models by their ids`);
    return [];
  }
  return Object.entries(parsed.data.models).flatMap(([id, value]) => {
    if (!isUpstreamId(id)) {
      problems.push(
        `${vendor}.models: an id is longer than 128 characters, or has others than letters, digits and . _ : / @ -, or two dots in a row`,
      );
      return [];
    }
    const { data, error } = MODEL.safeParse(value);
    for (const { path, message } of error?.issues ?? [])
      problems.push(`${toPlace(vendor, id, path)}: ${message}`);
    if (data === undefined || !writesText(data)) return [];
    return [{ provider, id, facts: toFacts(data, day), furtherFacts: toFurtherFacts(data) }];
  });
};

/** As many problems as are said of one document. */
const MOST_PROBLEMS = 20;

/**
 * What a document in the shape of https://models.dev/api.json says of models of known providers; those of others are
 * ignored. Models that neither read nor write text are left out. Every problem is given, and with a problem no entry.
 */
export const readModelsDocument = (
  value: unknown,
  { vendors, day }: DocumentContext,
): { readonly entries: readonly FeedEntry[]; readonly problems: readonly string[] } => {
  const outer = PROVIDERS.safeParse(value);
  const inner = PROVIDERS.safeParse(outer.data?.['providers'] ?? value);
  if (!inner.success) return { entries: [], problems: ['is no object of providers by their names'] };
  const problems: string[] = [];
  const entries = Object.entries(inner.data).flatMap(([vendor, given]) => {
    const provider = vendors.get(vendor);
    return provider === undefined ? [] : readProvider(vendor, provider, given, day, problems);
  });
  if (entries.length > MOST_MODELS) problems.push(`has ${entries.length} models, more than ${MOST_MODELS}`);
  if (entries.length === 0 && problems.length === 0)
    problems.push('has no model of a provider of this server');
  const said = problems.slice(0, MOST_PROBLEMS);
  if (problems.length > said.length) said.push(`and ${problems.length - said.length} more problems`);
  return { entries: said.length === 0 ? entries : [], problems: said };
};
