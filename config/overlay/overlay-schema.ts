import { z } from 'zod';
import { BUILT_IN_TOOLS, MODALITIES, REASONING_EFFORTS, VERBOSITIES } from '../../src/core/model-config.ts';
import { count, day, dollars, line, monthOrDay, upstreamId } from '../fields.ts';

const range = z.strictObject({ min: z.number(), max: z.number() });
const effort = z.enum(REASONING_EFFORTS);
const nullableCount = count.nullable();

/** Names as clients ask for models. */
const MODEL_NAME = /^[a-z0-9][a-z0-9._:/-]{0,127}$/;

export const modelName = z
  .string()
  .transform((name) => name.trim().toLowerCase())
  .refine(
    (name) => MODEL_NAME.test(name),
    'must be a name of letters, digits and . _ : / -, of no more than 128 characters',
  );

const withType = (...types: readonly string[]) => ({
  error: ({ code }: { readonly code?: string }) =>
    code === 'invalid_union' ? `must be one of ${types.join(', ')}` : 'must be an object with a type',
});

const ended = { replacement: modelName.nullish(), shutdownDate: day.nullish() };
const status = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('active') }),
    z.strictObject({ type: z.literal('preview') }),
    z.strictObject({ type: z.literal('deprecated'), ...ended }),
    z.strictObject({ type: z.literal('retired'), ...ended }),
  ],
  withType('active', 'preview', 'deprecated', 'retired'),
);

const steered = { values: z.array(effort).min(1), default: effort.nullish() };
const reasoning = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('effort'), ...steered }),
    z.strictObject({ type: z.literal('level'), ...steered }),
    z.strictObject({ type: z.literal('adaptive'), ...steered, canDisable: z.boolean() }),
    z.strictObject({
      type: z.literal('budget'),
      min: count,
      max: nullableCount,
      canDisable: z.boolean(),
      dynamic: z.boolean(),
    }),
    z.strictObject({ type: z.literal('toggle'), default: z.boolean() }),
    z.strictObject({ type: z.literal('always') }),
    z.strictObject({ type: z.literal('counterpart'), model: modelName }),
  ],
  withType('none', 'effort', 'level', 'adaptive', 'budget', 'toggle', 'always', 'counterpart'),
);

const temperature = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('range'), ...range.shape, default: z.number().nullish() }),
    z.strictObject({ type: z.literal('onlyWithoutReasoning'), ...range.shape }),
    z.strictObject({ type: z.literal('unsupported') }),
  ],
  withType('range', 'onlyWithoutReasoning', 'unsupported'),
);

/** US dollars per million tokens. */
const rates = {
  inputPerMillion: dollars,
  outputPerMillion: dollars,
  cacheReadPerMillion: dollars.nullish(),
  cacheWritePerMillion: dollars.nullish(),
  cacheWriteLongPerMillion: dollars.nullish(),
};
const tiers = z.array(z.strictObject({ aboveInputTokens: count, ...rates })).optional();
const pricing = z.strictObject({
  ...rates,
  audioInputPerMillion: dollars.nullish(),
  tiers,
  effectiveDate: day.nullish(),
  schedule: z
    .array(z.strictObject({ from: day, ...rates, audioInputPerMillion: dollars.nullish(), tiers }))
    .refine(
      (rows) => new Set(rows.map(({ from }) => from)).size === rows.length,
      'has two prices for one day',
    )
    .optional(),
});

const batch = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('native'),
      maxRequests: count,
      maxFileSizeMb: count,
      discountPercent: z.number().min(0).max(100).nullable(),
    }),
  ],
  withType('none', 'native'),
);

/** One model of the overlay: `like` adds it, what else is given is what differs. */
export const ENTRY = z.strictObject({
  like: modelName.optional(),
  hidden: z.boolean().optional(),
  displayName: line.optional(),
  description: line.nullish(),
  /** The id that is sent upstream; of a model that is added, its name where it is left out. */
  apiModel: upstreamId.optional(),
  family: line.nullish(),
  status: status.optional(),
  releaseDate: day.nullish(),
  knowledgeCutoff: monthOrDay.nullish(),
  limits: z
    .strictObject({
      contextWindow: nullableCount.optional(),
      maxInputTokens: nullableCount.optional(),
      maxOutputTokens: nullableCount.optional(),
      defaultMaxOutputTokens: count.optional(),
    })
    .optional(),
  inputModalities: z.array(z.enum(MODALITIES)).min(1).optional(),
  outputModalities: z.array(z.enum(MODALITIES)).min(1).optional(),
  streaming: z.boolean().optional(),
  functionCalling: z.boolean().optional(),
  parallelToolCalls: z.boolean().optional(),
  parallelToolCallsCanBeForbidden: z.boolean().optional(),
  forcedToolChoice: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  jsonMode: z.boolean().optional(),
  citations: z.boolean().optional(),
  builtInTools: z.array(z.enum(BUILT_IN_TOOLS)).optional(),
  reasoning: reasoning.optional(),
  temperature: temperature.optional(),
  sampling: z
    .strictObject({
      topP: range.nullish(),
      topK: range.nullish(),
      stopSequences: z.strictObject({ max: count }).nullish(),
      seed: z.boolean().optional(),
      presencePenalty: range.nullish(),
      frequencyPenalty: range.nullish(),
    })
    .optional(),
  verbosity: z.array(z.enum(VERBOSITIES)).min(1).nullish(),
  promptCaches: z.array(z.enum(['short', 'long', 'off'])).optional(),
  batch: batch.optional(),
  /** A whole price; null: none is known. */
  pricing: pricing.nullish(),
});

export type Entry = z.output<typeof ENTRY>;

/** Aliases may lead through one another, so that what they cost grows with the square of their number. */
const MOST_ALIASES = 2_000;
const MOST_MODELS = 5_000;

const recordOf = <T extends z.ZodType>(value: T, most: number, things: string) =>
  z
    .record(z.string(), value)
    .refine((record) => Object.keys(record).length <= most, `must have no more than ${most} ${things}`);

/** The parts of a file, of which each value is parsed by itself. */
export const MODELS = recordOf(z.unknown(), MOST_MODELS, 'models');
export const ALIASES = recordOf(z.unknown(), MOST_ALIASES, 'aliases');

/** The file as a whole. Its models are parsed one by one, so that every problem is found at once. */
export const FILE = z.strictObject({
  models: MODELS.optional(),
  /** Aliases with the name each leads to; null removes one. */
  aliases: recordOf(modelName.nullable(), MOST_ALIASES, 'aliases').optional(),
  /** Models for which a refresh may bring any price. */
  confirmedPrices: z.array(modelName).optional(),
});
