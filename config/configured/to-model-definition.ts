import { type ConfiguredApiType, outputTokensWithin } from '../../src/core/configured-provider.ts';
import type {
  MediaSupport,
  Modality,
  ModelDefinition,
  ModelLimits,
  ModelStatus,
  Pricing,
  ReasoningSupport,
  ReasoningTags,
  SamplingSupport,
  TemperatureRule,
} from '../../src/core/model-config.ts';
import { CHAT_COMPLETIONS, RESPONSES } from '../providers/apis.ts';
import { COMPATIBLE_INPUT } from '../providers/input-estimates.ts';
import { NO_SAMPLING } from '../providers/sampling.ts';
import { ANY_SCHEMAS, MESSAGES_SCHEMAS, OPENAI_SCHEMAS } from '../providers/schemas.ts';
import type { ModelEntry } from './provider-entry.ts';

/** What is known of a model besides its entry. */
export interface ModelOrigin {
  /** As the file has it: the upstream id unless the entry names one. */
  readonly name: string;
  readonly apiType: ConfiguredApiType;
  readonly reasoningTags: ReasoningTags;
  readonly verifiedAt: string;
  readonly source: string;
}

/** The output limit sent for a model of which nothing is known. */
const USUAL_OUTPUT_TOKENS = 4_096;

/** The settings of Chat Completions, in the ranges its API documents. */
const CHAT_SAMPLING = {
  topP: { min: 0, max: 1 },
  topK: null,
  stopSequences: { max: 4 },
  seed: true,
  presencePenalty: { min: -2, max: 2 },
  frequencyPenalty: { min: -2, max: 2 },
} as const satisfies SamplingSupport;

const RESPONSES_SAMPLING = { ...NO_SAMPLING, topP: { min: 0, max: 1 } } as const satisfies SamplingSupport;

/** Rules by the vendor whose they are: a gateway in front of one has them too. */
const SCHEMAS = { any: ANY_SCHEMAS, openai: OPENAI_SCHEMAS, anthropic: MESSAGES_SCHEMAS } as const;

/** A whole definition: what the entry says, and modest assumptions for the rest. A price is never assumed. */
export const toModelDefinition = (
  entry: ModelEntry,
  { name, apiType, reasoningTags, verifiedAt, source }: ModelOrigin,
): ModelDefinition<ConfiguredApiType> => ({
  ...(apiType === 'chat_completion' ? CHAT_COMPLETIONS : RESPONSES),
  displayName: entry.displayName ?? name,
  description: entry.description ?? null,
  apiModel: entry.apiModel ?? name,
  family: entry.family ?? null,
  status: toStatus(entry.status),
  releaseDate: entry.releaseDate ?? null,
  knowledgeCutoff: entry.knowledgeCutoff ?? null,
  limits: toLimits(entry.limits),
  inputModalities: [...new Set<Modality>(['text', ...(entry.inputModalities ?? [])])],
  outputModalities: ['text'],
  media: toMedia(entry.media, apiType),
  laterSystemMessages: entry.laterSystemMessages ?? true,
  streaming: entry.streaming ?? true,
  functionCalling: entry.functionCalling ?? false,
  parallelToolCalls: entry.parallelToolCalls ?? false,
  parallelToolCallsCanBeForbidden: entry.parallelToolCallsCanBeForbidden ?? true,
  structuredOutput: entry.structuredOutput ?? false,
  schemas: SCHEMAS[entry.schemas ?? 'any'],
  callIds: entry.callIds ?? 'any',
  jsonMode: entry.jsonMode ?? true,
  citations: entry.citations ?? false,
  builtInTools: [],
  reasoning: toReasoning(entry.reasoning),
  reasoningTags,
  temperature: toTemperature(entry.temperature),
  sampling: toSampling(entry.sampling, apiType),
  verbosity: entry.verbosity ?? null,
  batch: { type: 'none' },
  inputEstimate: COMPATIBLE_INPUT,
  pricing: toPricing(entry.pricing),
  verifiedAt,
  source,
});

/** A model's name as clients ask for it. */
export const toModelName = (written: string): string => written.trim().toLowerCase();

const toStatus = (given: ModelEntry['status']): ModelStatus =>
  given?.type === 'deprecated'
    ? {
        ...given,
        replacement: toModelName(given.replacement),
        shutdownDate: given.shutdownDate ?? null,
      }
    : { type: given?.type ?? 'active' };

const toLimits = (given: ModelEntry['limits'] = {}): ModelLimits => {
  const contextWindow = given.contextWindow ?? null;
  const maxOutputTokens = given.maxOutputTokens ?? null;
  return {
    contextWindow,
    maxInputTokens: given.maxInputTokens ?? null,
    maxOutputTokens,
    defaultMaxOutputTokens:
      given.defaultMaxOutputTokens ??
      outputTokensWithin(
        contextWindow,
        Math.min(USUAL_OUTPUT_TOKENS, maxOutputTokens ?? USUAL_OUTPUT_TOKENS),
      ),
  };
};

const toReasoning = (given: ModelEntry['reasoning'] = { type: 'none' }): ReasoningSupport => {
  if (given.type === 'effort') return { ...given, default: given.default ?? null };
  return given.type === 'counterpart' ? { ...given, model: toModelName(given.model) } : given;
};

const toTemperature = (
  given: ModelEntry['temperature'] = { type: 'range', min: 0, max: 2 },
): TemperatureRule => (given.type === 'range' ? { ...given, default: given.default ?? null } : given);

const toMedia = (given: ModelEntry['media'] = {}, apiType: ConfiguredApiType): MediaSupport => {
  const { image, audio, file } = apiType === 'chat_completion' ? CHAT_COMPLETIONS.media : RESPONSES.media;
  return {
    image: { ...image, ...said(given.image) },
    audio: audio === null ? null : { ...audio, ...said('audio' in given ? given.audio : undefined) },
    file: { ...file, ...said(given.file) },
  };
};

/** What is given, without what is left out. */
const said = <T extends object>(given: T | undefined): Partial<Defined<T>> =>
  Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as Partial<
    Defined<T>
  >;

type Defined<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

const toSampling = (given: ModelEntry['sampling'], apiType: ConfiguredApiType): SamplingSupport => {
  const usual = apiType === 'chat_completion' ? CHAT_SAMPLING : RESPONSES_SAMPLING;
  return { ...usual, ...said(given) };
};

type PricingEntry = NonNullable<ModelEntry['pricing']>;

const toPricing = (given: ModelEntry['pricing']): Pricing | null =>
  given === undefined
    ? null
    : {
        ...toRates(given),
        audioInputPerMillion: given.audioInputPerMillion ?? null,
        serviceTiers: given.serviceTiers ?? [],
        tiers: (given.tiers ?? []).map((tier) => ({
          aboveInputTokens: tier.aboveInputTokens,
          ...toRates(tier),
        })),
        effectiveDate: given.effectiveDate ?? null,
      };

const toRates = (
  rates: Pick<
    PricingEntry,
    | 'inputPerMillion'
    | 'outputPerMillion'
    | 'cacheReadPerMillion'
    | 'cacheWritePerMillion'
    | 'cacheWriteLongPerMillion'
  >,
) => ({
  inputPerMillion: rates.inputPerMillion,
  outputPerMillion: rates.outputPerMillion,
  cacheReadPerMillion: rates.cacheReadPerMillion ?? null,
  cacheWritePerMillion: rates.cacheWritePerMillion ?? null,
  cacheWriteLongPerMillion: rates.cacheWriteLongPerMillion ?? null,
});
