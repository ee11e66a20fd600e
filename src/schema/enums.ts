import type { PrincipalKind } from '../core/principal.ts';
import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import type { FinishReason, GenerationStatus, WarningCode } from '../core/generation.ts';
import type { OnDisconnect, OnUnsupported } from '../core/generate-input.ts';
import type {
  ApiType,
  BuiltInTool,
  Modality,
  ModelOrigin,
  ModelStatus,
  ReasoningEffort,
  Verbosity,
} from '../core/model-config.ts';
import type { ModelOrder, ModelOrderField } from '../core/model-query.ts';
import type { GenerationParameter } from '../core/parameter-constraint.ts';
import type { HealthState } from '../core/provider-health.ts';
import type { ResolutionReason } from '../core/resolution.ts';
import type { CostSource, TokenCounting, UsageSource } from '../core/usage.ts';
import { defineEnum } from './define-enum.ts';

export const ApiTypeEnum = defineEnum<ApiType>('ApiType', "Which of a vendor's APIs serves a model.", {
  chat_completion: 'Chat Completions, as OpenAI introduced it.',
  responses_api: 'Responses, as OpenAI introduced it.',
  messages: "Anthropic's Messages.",
  generate_content: "Google's generateContent.",
  local: 'This server itself, without a vendor.',
});

export const ModalityEnum = defineEnum<Modality>('Modality', 'A kind of content.', {
  text: 'Text.',
  image: 'Still images.',
  audio: 'Audio.',
  video: 'Moving images.',
  file: 'Documents such as PDF.',
});

export const ModelStatusEnum = defineEnum<ModelStatus['type']>(
  'ModelStatus',
  'Stage of a model in its life cycle.',
  {
    active: 'In general service.',
    preview: 'Offered by its vendor for trial: it may change or be withdrawn without notice.',
    deprecated: 'Still available, but its vendor has announced its end. It names its replacement.',
    retired:
      'Its vendor has shut it down. It cannot be asked for; it names its replacement, where one is known.',
  },
);

export const ModelOriginEnum = defineEnum<ModelOrigin>(
  'ModelOrigin',
  'Where the facts about a model come from: the uppermost source that has added it or changed a fact of it.',
  {
    'built-in': 'The catalogue of this release.',
    overlay: "The operator's own files.",
    discovered: 'The list of the vendor or the server that serves it.',
    refreshed: 'The document that the catalogue is refreshed from.',
    unknown: 'No source: it was asked for by an id that the catalogue does not know.',
  },
);

export const ReasoningEffortEnum = defineEnum<ReasoningEffort>(
  'ReasoningEffort',
  'How much a model reasons before it answers, from none to as much as it can. `Model.capabilities.reasoning.efforts` lists the levels of a model.',
  {
    none: 'No reasoning.',
    minimal: 'As little as possible.',
    low: 'Little: fast answers.',
    medium: 'Balanced.',
    high: 'Much: harder problems.',
    xhigh: 'Very much.',
    max: 'Without regard to time and cost.',
  },
);

export const BuiltInToolEnum = defineEnum<BuiltInTool>(
  'BuiltInTool',
  'A tool that the provider runs itself.',
  {
    web_search: 'Searches the web.',
    code_interpreter: 'Runs code in a sandbox.',
    url_context: 'Reads the pages whose addresses are in the prompt.',
  },
);

export const HealthStateEnum = defineEnum<HealthState>(
  'HealthState',
  'Health of a provider, by the calls of this server since it started.',
  {
    unknown: 'Not called yet.',
    healthy: 'The last call succeeded.',
    degraded: 'The last call failed at the provider, or a single call is probing whether it has recovered.',
    unavailable:
      "The provider refused this server's credentials, or its circuit is open: after repeated failures no call is sent for a while.",
  },
);

export const ModelOrderFieldEnum = defineEnum<ModelOrderField>(
  'ModelOrderField',
  'The field that models are ordered by.',
  {
    name: 'Name.',
    provider: 'Provider name.',
    'release-date': 'Release date.',
    'context-window': 'Size of the context window.',
    'input-price': 'Price of input tokens, as it is in force now.',
    'output-price': 'Price of output tokens, as it is in force now.',
    status: 'Stage in the life cycle: active, preview, deprecated, retired.',
    origin: 'Origin: built-in, overlay, discovered, refreshed.',
    'batch-discount': 'Discount of the batch API.',
  },
);

export const OrderDirectionEnum = defineEnum<ModelOrder['direction']>(
  'OrderDirection',
  'Direction of an order. Items without a value come last in both.',
  { asc: 'Smallest first.', desc: 'Largest first.' },
);

export const GenerationParameterEnum = defineEnum<GenerationParameter>(
  'GenerationParameter',
  'A setting of a generation, named as in GenerateInput.',
  {
    temperature: '`temperature`: randomness.',
    'top-p': '`topP`: nucleus sampling.',
    'top-k': '`topK`: how many candidate tokens are considered.',
    'max-output-tokens': '`maxOutputTokens`: upper limit of the output, including reasoning.',
    'stop-sequences': '`stopSequences`: texts that end the output.',
    seed: '`seed`: for repeatable sampling, as far as the provider supports it.',
    'presence-penalty': '`presencePenalty`: encourages new topics.',
    'frequency-penalty': '`frequencyPenalty`: discourages repetition.',
    'reasoning-effort': '`reasoning.effort`.',
    'reasoning-budget-tokens': '`reasoning.budgetTokens`.',
    verbosity: '`verbosity`: how long answers tend to be.',
    'parallel-tool-calls': 'Several tool calls in one turn.',
  },
);

export const ResolutionReasonEnum = defineEnum<ResolutionReason>(
  'ResolutionReason',
  'Why a name was resolved to another.',
  {
    exact: 'The name is a model.',
    alias: 'The name is an alias.',
    'api-model': "The name is a model's upstream id.",
    'provider-prefix':
      "The name begins with a provider's name and a slash, as OpenRouter and LiteLLM write it.",
    'unknown-allowed':
      'The catalogue does not know the name. It is sent to the provider by the rules of the family it belongs to.',
    'reasoning-counterpart': 'Reasoning was requested, and the counterpart of the model does it.',
    fallback: 'The previous model failed, and the request names this one as a fallback.',
  },
);

export const VerbosityEnum = defineEnum<Verbosity>('Verbosity', 'How long answers tend to be.', {
  low: 'Short.',
  medium: 'Balanced.',
  high: 'Extensive.',
});

export const OnUnsupportedEnum = defineEnum<OnUnsupported>(
  'OnUnsupported',
  'What to do about parameters and content that the model does not support.',
  {
    reject: 'Refuse the request before a provider is called.',
    'drop-with-warning': 'Leave it out or use the nearest supported value, with a warning.',
  },
);

export const OnDisconnectEnum = defineEnum<OnDisconnect>(
  'OnDisconnect',
  'What happens to a generation when its last subscriber disconnects.',
  {
    cancel:
      'It is cancelled after a grace period, within which a lost connection can resume; at once when that subscriber completes its operation over WebSocket.',
    continue: 'It runs to its end.',
  },
);

export const GenerationStatusEnum = defineEnum<GenerationStatus>(
  'GenerationStatus',
  'Stage of a generation in its life cycle.',
  {
    queued: 'Accepted; the provider has not been called yet.',
    running: 'The provider is working on it.',
    'requires-action': 'Waits for the results of its tool calls.',
    completed: 'The model has finished, or reached its output limit.',
    cancelled: 'Cancelled by the client, or because its last subscriber disconnected.',
    failed: 'Ended by an error; the partial answer is kept.',
  },
);

export const FinishReasonEnum = defineEnum<FinishReason>('FinishReason', 'Why the model stopped.', {
  stop: 'The model finished its answer.',
  length: 'The output limit or the context window was reached.',
  'tool-calls': 'The model calls tools.',
  'content-filter': "The provider's filter, or the model's refusal, ended the text.",
  'cost-limit': 'The cost limit of the request was reached.',
  other: 'Another reason: see `rawFinishReason`.',
});

export const UsageSourceEnum = defineEnum<UsageSource>('UsageSource', 'Where token counts come from.', {
  provider: 'Reported by the provider.',
  estimated: 'Estimated by this server, because the provider reported none.',
});

export const TokenCountingEnum = defineEnum<TokenCounting>(
  'TokenCounting',
  'How the input of a request is counted before it is sent.',
  {
    estimate: 'By this server: text by its words, media by their headers, tools and schemas by their JSON.',
    provider:
      "By the provider's own counting endpoint, where it has one (Anthropic, Gemini, OpenAI Responses), which is sent the request; otherwise, and where that fails or takes longer than 5 seconds, by estimate.",
  },
);

export const CostSourceEnum = defineEnum<CostSource>('CostSource', 'Where the total of a cost comes from.', {
  provider: 'The amount that the provider reports that it bills.',
  'price-list': 'Computed by this server from the usage and the dated price list.',
});

export const WarningCodeEnum = defineEnum<WarningCode>('WarningCode', 'The kind of a warning.', {
  PARAMETER_DROPPED: 'A parameter that the model does not support was left out.',
  PARAMETER_COERCED: 'A parameter was changed to a value that the model supports.',
  REASONING_COERCED: 'The requested reasoning was changed to what the model or its counterpart supports.',
  SCHEMA_DOWNGRADED: 'The output schema was sent in a weaker form.',
  MODEL_DEPRECATED:
    'The vendor has announced the end of the model, or has shut down a fallback model, which is left out.',
  MODEL_UNKNOWN:
    'The catalogue does not know the model: it is sent to its provider by the rules of its family, and its cost is unknown.',
  FALLBACK_USED: 'A fallback model answers instead of the requested one.',
  PROVIDER_WARNING: 'A notice from the provider.',
  OUTPUT_BUDGET_SPENT_ON_REASONING: 'The output limit was used up by reasoning before any text.',
  OUTPUT_VIOLATES_SCHEMA:
    'The answer breaks the schema of the request: see `outputViolations`. What comes after it in the event log is a repaired answer.',
  STATE_NOT_PORTABLE:
    'Reasoning or opaque state of another provider or another kind of model was left out of the conversation.',
});

export const PrincipalKindEnum = defineEnum<PrincipalKind>('PrincipalKind', 'The kind of a principal.', {
  anonymous: 'Any client: this server has neither keys nor an identity provider.',
  key: 'A key of this server.',
  user: 'The subject of a token, of the identity provider or of a key.',
});

/** The meaning of each error code; the schema adds whether a retry may help. */
export const ERROR_DESCRIPTIONS: Readonly<Record<ErrorCode, string>> = {
  INVALID_REQUEST: 'The request is invalid for every model.',
  MODEL_NOT_FOUND: 'No model, alias or upstream id has this name.',
  UNSUPPORTED_CAPABILITY: 'The model does not support something that the request contains.',
  NOT_FOUND: 'There is no such object, or it is not yours.',
  UNAUTHENTICATED: 'The request carries no valid credentials for this server.',
  PERSISTED_QUERY_NOT_SUPPORTED:
    'The request names a document by its hash. This server stores none: send its text, as clients with automatic persisted queries do.',
  PERSISTED_QUERY_NOT_FOUND:
    'The request names a document by a hash that this server does not know: send its text, as clients with automatic persisted queries do.',
  FORBIDDEN: 'The credentials do not allow this.',
  RATE_LIMITED: 'The rate limit of this server is reached.',
  BUDGET_EXCEEDED: 'Your budget on this server is used up.',
  PROVIDER_NOT_CONFIGURED: "The provider's credentials are not set on this server.",
  PROVIDER_AUTHENTICATION: "The provider refused this server's credentials.",
  PROVIDER_RATE_LIMITED: 'The provider limits the rate of requests, or its quota is used up.',
  PROVIDER_OVERLOADED: 'The provider has no capacity at the moment.',
  PROVIDER_REJECTED: 'The provider found the request invalid.',
  CONTEXT_LENGTH_EXCEEDED: "The request does not fit the model's context window.",
  CONTENT_FILTERED: "The provider's filter stopped the generation before any text.",
  PROVIDER_FAILED: 'The provider failed, or its answer cannot be read.',
  OUTPUT_INVALID:
    'The answer breaks the schema of the request, which asks for a failure then. The text is kept.',
  PROVIDER_TIMEOUT: 'The provider did not answer in time.',
  STREAM_TRUNCATED: "The provider's stream ended before the generation was complete. Text so far is kept.",
  STREAM_STALLED: "The provider's stream went silent. Text so far is kept.",
  GENERATION_CANCELLED:
    'The generation was cancelled by its client, or because its last subscriber disconnected.',
  GENERATION_INTERRUPTED: 'This server stopped before the generation was complete.',
  SERVICE_UNAVAILABLE:
    'The database of this server, or the keys of its identity provider, cannot be reached. Send the request again later.',
  INTERNAL: 'A defect of this server.',
};

export const ErrorCodeEnum = defineEnum<ErrorCode>(
  'ErrorCode',
  'The kind of an error. Decide by it, never by a message.',
  Object.fromEntries(
    Object.entries(ERROR_DESCRIPTIONS).map(([code, text]) => [
      code,
      `${text} ${ERROR_CODES[code as ErrorCode].retryable ? 'The same request may succeed later.' : 'Do not retry the same request unchanged.'}`,
    ]),
  ) as Record<ErrorCode, string>,
);
