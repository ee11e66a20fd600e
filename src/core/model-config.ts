import { DOCUMENT_ENDINGS } from '../lib/document-type.ts';
import type { InputEstimate } from './input-estimate.ts';

export const API_TYPES = [
  'chat_completion',
  'responses_api',
  'messages',
  'generate_content',
  'local',
] as const;
export type ApiType = (typeof API_TYPES)[number];

export const MODALITIES = ['text', 'image', 'audio', 'video', 'file'] as const;
export type Modality = (typeof MODALITIES)[number];

/** From least to most. `none` switches reasoning off. The order is what "nearest level" means. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

export const BUILT_IN_TOOLS = ['web_search', 'code_interpreter', 'url_context'] as const;
export type BuiltInTool = (typeof BUILT_IN_TOOLS)[number];

export const VERBOSITIES = ['low', 'medium', 'high'] as const;
export type Verbosity = (typeof VERBOSITIES)[number];

/** How long the provider should keep the prompt for the next request that begins the same. */
export type PromptCache = 'provider-default' | 'short' | 'long' | 'off';

/** The modalities, besides text, that a user's message can carry. */
export const MEDIA_KINDS = ['image', 'audio', 'file'] as const satisfies readonly Modality[];
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** Every format that a message can carry, by kind: those that can be told from their first bytes. */
export const MEDIA_TYPES = {
  image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  audio: ['audio/wav', 'audio/mpeg', 'audio/flac', 'audio/ogg', 'audio/mp4'],
  file: ['application/pdf'],
} as const satisfies Readonly<Record<MediaKind, readonly string[]>>;

/** Documents that are text, or packages of an office, besides those of `MEDIA_TYPES`. */
export const DOCUMENT_TYPES: readonly string[] = Object.keys(DOCUMENT_ENDINGS);

/** Every format that a kind can have. */
export const mediaTypesOf = (kind: MediaKind): readonly string[] =>
  kind === 'file' ? [...MEDIA_TYPES.file, ...DOCUMENT_TYPES] : MEDIA_TYPES[kind];

/** How a model's API takes media of one kind. */
export interface MediaInput {
  /** The formats it takes, among those that the kind can have. */
  readonly mediaTypes: readonly string[];
  /** Whether the vendor fetches from an address by itself. If not, this server fetches, and sends the bytes. */
  readonly fetchesUrls: boolean;
  /** The formats that the vendor fetches, where it takes others as bytes alone. Left out: all that it takes. */
  readonly fetchedMediaTypes?: readonly string[];
  /** Whether it takes the id of a file that was uploaded to the vendor. */
  readonly fileIds: boolean;
}

/** How a model's API takes media, by kind. null: it has no place for that kind. */
export interface MediaSupport {
  /** `detail`: whether each image can have a level of detail of its own. */
  readonly image: (MediaInput & { readonly detail: boolean }) | null;
  readonly audio: MediaInput | null;
  /** `filename`: whether a document can have a name. */
  readonly file: (MediaInput & { readonly filename: boolean }) | null;
}

/**
 * How a model takes reasoning, in the terms of its own API.
 * - `effort`: named efforts; `none` among the values means that it can be switched off.
 * - `level`: named thinking levels (Gemini 3 and later).
 * - `adaptive`: the model decides how much, steered by an effort; `canDisable` tells whether it can be switched off.
 * - `budget`: a number of tokens; `canDisable` likewise; `dynamic` tells whether the vendor can be left to choose the number.
 * - `toggle`: on or off, nothing between.
 * - `always`: reasons on every request, with no setting.
 * - `counterpart`: cannot reason; a request with reasoning is answered by `model`.
 */
export type ReasoningSupport =
  | { readonly type: 'none' }
  | {
      readonly type: 'effort';
      readonly values: readonly ReasoningEffort[];
      readonly default: ReasoningEffort | null;
    }
  | {
      readonly type: 'level';
      readonly values: readonly ReasoningEffort[];
      readonly default: ReasoningEffort | null;
    }
  | {
      readonly type: 'adaptive';
      readonly values: readonly ReasoningEffort[];
      readonly default: ReasoningEffort | null;
      readonly canDisable: boolean;
    }
  | {
      readonly type: 'budget';
      readonly min: number;
      readonly max: number | null;
      readonly canDisable: boolean;
      readonly dynamic: boolean;
    }
  | { readonly type: 'toggle'; readonly default: boolean }
  | { readonly type: 'always' }
  | { readonly type: 'counterpart'; readonly model: string };

/**
 * How a model marks reasoning in its text, between `<think>` and `</think>` or other tags of that kind.
 * - `true`: with both tags, or with the closing one alone where the chat template has opened it.
 * - `opened`: with the closing one alone, always.
 */
export type ReasoningTags = boolean | 'opened';

/**
 * Which ids of tool calls an API takes in a conversation; one that another vendor made may be none of them.
 * - `any`: every text of up to 64 characters.
 * - `word`: up to 64 letters, digits, `_` and `-`.
 * - `short`: up to 40 of them.
 * - `nine`: exactly nine letters and digits.
 */
export type CallIdRule = 'any' | 'word' | 'short' | 'nine';

/** What an API demands of a schema that it is to hold the model to. */
export interface StrictSchemaRules {
  /** Whether every property of an object has to be required. */
  readonly everyPropertyRequired: boolean;
  /** Keywords that it answers with a refusal. */
  readonly refusedKeywords: readonly string[];
  /** Whether it takes a schema as a hint too, without holding the model to it. */
  readonly canBeLoose: boolean;
}

/** What an API takes of JSON Schema, in function parameters and output formats. */
export interface SchemaRules {
  /** Whether `anyOf`, `oneOf`, `allOf`, `not`, `enum`, `const` or a condition may stand at the top. */
  readonly topLevelUnions: boolean;
  /** Objects have to be closed besides, with `"additionalProperties": false`. null: it takes any schema. */
  readonly strict: StrictSchemaRules | null;
  /** The keywords it knows besides those that only describe; others are left out. Left out: it is sent all. */
  readonly known?: readonly string[];
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** `onlyWithoutReasoning`: accepted while the model does not reason, refused as soon as it does. */
export type TemperatureRule =
  | { readonly type: 'range'; readonly min: number; readonly max: number; readonly default: number | null }
  | { readonly type: 'onlyWithoutReasoning'; readonly min: number; readonly max: number }
  | { readonly type: 'unsupported' };

/** Sampling settings besides temperature. null: the model does not take it. */
export interface SamplingSupport {
  readonly topP: NumberRange | null;
  readonly topK: NumberRange | null;
  readonly stopSequences: { readonly max: number } | null;
  readonly seed: boolean;
  readonly presencePenalty: NumberRange | null;
  readonly frequencyPenalty: NumberRange | null;
}

export type BatchSupport =
  | {
      readonly type: 'native';
      readonly maxRequests: number;
      readonly maxFileSizeMb: number;
      /** Per cent off the price of a single request; null where the vendor does not say. */
      readonly discountPercent: number | null;
    }
  | { readonly type: 'none' };

/** US dollars per million tokens. */
export interface PricingTier {
  readonly aboveInputTokens: number;
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly cacheReadPerMillion: number | null;
  readonly cacheWritePerMillion: number | null;
  readonly cacheWriteLongPerMillion?: number | null;
}

/** What the vendor takes for running one of its own tools, beside the tokens that the tool costs; 0 where it takes nothing. */
export interface ToolPrice {
  readonly tool: BuiltInTool;
  /** US dollars. */
  readonly pricePerCall: number;
  /** Whether all calls of one request cost together what one call costs. */
  readonly perRequest: boolean;
}

/** The price of tokens in a tier of service other than the usual one. Tools cost the same in each. */
export interface ServiceTierPrice {
  /** The vendor's own word, as its answers have it. */
  readonly tier: string;
  /** Per cent of the usual prices. */
  readonly percent: number;
}

/** US dollars per million tokens. A tier replaces all prices of a request whose input exceeds its bound. */
export interface Pricing {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly cacheReadPerMillion: number | null;
  readonly cacheWritePerMillion: number | null;
  /** Of what the cache keeps for longer than its shortest time. Left out or null: it costs what any write costs. */
  readonly cacheWriteLongPerMillion?: number | null;
  readonly audioInputPerMillion: number | null;
  readonly tiers: readonly PricingTier[];
  /** Left out: none is known. */
  readonly toolFees?: readonly ToolPrice[];
  /** Left out: none is known. */
  readonly serviceTiers?: readonly ServiceTierPrice[];
  /** Day from which these prices are known to hold, YYYY-MM-DD. */
  readonly effectiveDate: string | null;
  /** Announced prices that take the place of these, by the days on which they begin. Left out: none is announced. */
  readonly schedule?: readonly ScheduledPrice[];
}

/** Prices of tokens from the first moment of a UTC day on, YYYY-MM-DD; what tools cost stays as it was. */
export interface ScheduledPrice
  extends Omit<PricingTier, 'aboveInputTokens'>,
    Pick<Pricing, 'audioInputPerMillion' | 'tiers'> {
  readonly from: string;
}

export type ModelStatus =
  | { readonly type: 'active' }
  | { readonly type: 'preview' }
  | {
      /** `retired`: its provider answers for it no more. A deprecated model is that too once its shutdown date has passed. */
      readonly type: 'deprecated' | 'retired';
      /** The name of the model to move to; null where none is known. */
      readonly replacement: string | null;
      /** Day the provider stops answering for it, YYYY-MM-DD; null where it is not announced. */
      readonly shutdownDate: string | null;
    };

export interface ModelLimits {
  readonly contextWindow: number | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** Sent as the output limit when the caller names none. Includes reasoning tokens. */
  readonly defaultMaxOutputTokens: number;
}

/** What is known of one model, as data. Its name and provider come from its position in the catalogue. */
export interface ModelDefinition<A extends ApiType = ApiType> {
  readonly displayName: string;
  readonly description: string | null;
  /** The id sent upstream. */
  readonly apiModel: string;
  readonly apiType: A;
  readonly family: string | null;
  readonly status: ModelStatus;
  /** YYYY-MM-DD. */
  readonly releaseDate: string | null;
  /** YYYY-MM or YYYY-MM-DD. */
  readonly knowledgeCutoff: string | null;
  readonly limits: ModelLimits;
  /** What it reads. How it has to be given to it is in `media`. */
  readonly inputModalities: readonly Modality[];
  readonly outputModalities: readonly Modality[];
  /** A request is refused unless it contains at least one of these. Left out: text alone is enough. */
  readonly requiresOneOf?: readonly Modality[];
  readonly media: MediaSupport;
  /** Whether a system message may stand after the first turn. If not, it is sent as a user's message. */
  readonly laterSystemMessages: boolean;
  readonly streaming: boolean;
  readonly functionCalling: boolean;
  readonly parallelToolCalls: boolean;
  /** Whether a request can hold it to one tool call a turn. Without meaning where it makes one at a time anyway. */
  readonly parallelToolCallsCanBeForbidden: boolean;
  /** Whether a tool choice can oblige it to call a function, any or a named one. Left out: it can. */
  readonly forcedToolChoice?: boolean;
  /** Whether a function call of an earlier turn is refused without the signature that it came with. */
  readonly toolCallSignatures: boolean;
  readonly callIds: CallIdRule;
  readonly structuredOutput: boolean;
  readonly schemas: SchemaRules;
  /** Whether it can be held to JSON without a schema. */
  readonly jsonMode: boolean;
  readonly citations: boolean;
  readonly builtInTools: readonly BuiltInTool[];
  /** Whether a tool choice holds for built-in tools too. If not, it holds for functions alone. */
  readonly toolChoiceCoversBuiltInTools: boolean;
  readonly reasoning: ReasoningSupport;
  /** How it writes its reasoning into its text, unless its API is asked to keep them apart; false: it does not. */
  readonly reasoningTags: ReasoningTags;
  readonly temperature: TemperatureRule;
  readonly sampling: SamplingSupport;
  /** Verbosities the model takes; null: it has no such setting. */
  readonly verbosity: readonly Verbosity[] | null;
  /** What a request can ask of its prompt cache; empty where its API caches as it sees fit, or not at all. */
  readonly promptCaches: readonly Exclude<PromptCache, 'provider-default'>[];
  /** Whether there is a body of a request that provider options can be put over. */
  readonly providerOptions: boolean;
  readonly batch: BatchSupport;
  /** How its input is counted before a call. Left out: as an average model would. */
  readonly inputEstimate?: InputEstimate;
  /** null where no price is known: never a guessed 0. */
  readonly pricing: Pricing | null;
  /** Day these facts were last checked, YYYY-MM-DD, and against what. */
  readonly verifiedAt: string;
  readonly source: string;
}

/**
 * Where the facts about a model come from: the uppermost source that has added it or changed a fact of it.
 * - `built-in`: the catalogue of this release.
 * - `overlay`: the operator's own files.
 * - `discovered`: the list of the server or vendor that serves it.
 * - `refreshed`: the document that the catalogue is refreshed from.
 * - `unknown`: none; it was asked for by an id that no source knows.
 */
export const MODEL_ORIGINS = ['built-in', 'overlay', 'discovered', 'refreshed', 'unknown'] as const;
export type ModelOrigin = (typeof MODEL_ORIGINS)[number];

/** One model of the catalogue: frozen data, unions instead of flags. */
export interface ModelConfig<A extends ApiType = ApiType> extends ModelDefinition<A> {
  /** The catalogue key clients ask for; unique over all providers, lower case. */
  readonly name: string;
  /** The registration name of the provider that serves it. */
  readonly provider: string;
  /** Left out: the model is built in. */
  readonly origin?: ModelOrigin;
}

/** One provider's models by name, in catalogue order. */
export type ModelConfigs = Readonly<Record<string, ModelConfig>>;

/** Freezes a value and all of its parts. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
};

/** Gives each definition the name and provider of its position, and its origin, and freezes the whole map. */
export const defineModels = <A extends ApiType>(
  provider: string,
  definitions: Readonly<Record<string, ModelDefinition<A>>>,
  origin?: ModelOrigin,
): Readonly<Record<string, ModelConfig<A>>> =>
  deepFreeze(
    Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [
        name,
        { ...definition, name, provider, ...(origin !== undefined && { origin }) },
      ]),
    ),
  );

/** Whether the model itself can reason (a counterpart cannot). */
export const canReason = (config: ModelConfig): boolean =>
  config.reasoning.type !== 'none' && config.reasoning.type !== 'counterpart';
