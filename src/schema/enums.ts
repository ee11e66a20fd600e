import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import type { FinishReason, GenerationStatus, WarningCode } from '../core/generation.ts';
import type { OnDisconnect, OnUnsupported } from '../core/generate-input.ts';
import type {
  ApiType,
  BuiltInTool,
  Modality,
  ModelStatus,
  ReasoningEffort,
  Verbosity,
} from '../core/model-config.ts';
import type { ModelOrder, ModelOrderField } from '../core/model-query.ts';
import type { GenerationParameter } from '../core/parameter-constraint.ts';
import type { HealthState } from '../core/provider-health.ts';
import type { ResolutionReason } from '../core/resolution.ts';
import type { UsageSource } from '../core/usage.ts';
import { defineEnum } from './define-enum.ts';

export const ApiTypeEnum = defineEnum<ApiType>('ApiType', "Which of a vendor's APIs serves a model.", {
  chat_completion: 'Chat Completions, as OpenAI introduced it.',
  responses_api: 'Responses, as OpenAI introduced it.',
  messages: "Anthropic's Messages.",
  generate_content: "Google's generateContent.",
  local: 'Answered by this server itself.',
});

export const ModalityEnum = defineEnum<Modality>('Modality', 'A kind of content.', {
  text: 'Text.',
  image: 'Still images.',
  audio: 'Sound.',
  video: 'Moving images.',
  file: 'Documents such as PDF.',
});

export const ModelStatusEnum = defineEnum<ModelStatus['type']>(
  'ModelStatus',
  'Where a model is in its life.',
  {
    active: 'In general service.',
    preview: 'Offered by its vendor for trial: it may change or go without notice.',
    deprecated: 'Still answers, and is announced to go. It names its replacement.',
  },
);

export const ReasoningEffortEnum = defineEnum<ReasoningEffort>(
  'ReasoningEffort',
  'How much a model reasons before it answers, from none to all it can. Which of them a model takes: `Model.capabilities.reasoning.efforts`.',
  {
    none: 'No reasoning.',
    minimal: 'As little as the model can.',
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
  'How a provider has been doing, as this server has seen it since it started.',
  {
    unknown: 'Not called yet.',
    healthy: 'Its last answer was complete.',
    degraded: 'Its last call failed on its side, or a single call is about to tell whether it is well again.',
    unavailable:
      "It refused this server's credentials, or it failed so often in a row that no call is sent to it for a while.",
  },
);

export const ModelOrderFieldEnum = defineEnum<ModelOrderField>(
  'ModelOrderField',
  'What models are ordered by.',
  {
    name: 'Name.',
    provider: 'Provider name.',
    'release-date': 'Release date.',
    'context-window': 'Size of the context window.',
    'input-price': 'Price of input tokens.',
    'output-price': 'Price of output tokens.',
  },
);

export const OrderDirectionEnum = defineEnum<ModelOrder['direction']>(
  'OrderDirection',
  'Direction of an order. Items without a value come last either way.',
  { asc: 'Least first.', desc: 'Greatest first.' },
);

export const GenerationParameterEnum = defineEnum<GenerationParameter>(
  'GenerationParameter',
  'A setting of a generation, named as in GenerateInput.',
  {
    temperature: '`temperature`: randomness.',
    'top-p': '`topP`: nucleus sampling.',
    'top-k': '`topK`: how many candidate tokens are considered.',
    'max-output-tokens': '`maxOutputTokens`: upper limit of the output, reasoning included.',
    'stop-sequences': '`stopSequences`: texts that end the output.',
    seed: '`seed`: for repeatable sampling, as far as the provider keeps to it.',
    'presence-penalty': '`presencePenalty`: pushes towards new topics.',
    'frequency-penalty': '`frequencyPenalty`: pushes against repetition.',
    'reasoning-effort': '`reasoning.effort`.',
    'reasoning-budget-tokens': '`reasoning.budgetTokens`.',
    verbosity: '`verbosity`: how long answers tend to be.',
    'parallel-tool-calls': 'Several tool calls in one turn.',
  },
);

export const ResolutionReasonEnum = defineEnum<ResolutionReason>(
  'ResolutionReason',
  'Why one name led to another.',
  {
    exact: 'The name is a model.',
    alias: 'The name is an alias.',
    'api-model': "The name is a model's upstream id.",
    'reasoning-counterpart': 'Reasoning was asked for, and the model leaves that to its counterpart.',
    fallback: 'The model before failed, and this one was named as its fallback.',
  },
);

export const VerbosityEnum = defineEnum<Verbosity>('Verbosity', 'How long answers tend to be.', {
  low: 'Short.',
  medium: 'Balanced.',
  high: 'Extensive.',
});

export const OnUnsupportedEnum = defineEnum<OnUnsupported>(
  'OnUnsupported',
  'What to do about something the model does not take.',
  {
    reject: 'Refuse the request before a provider is called.',
    'drop-with-warning': 'Leave it out, or take the nearest there is, and say so in a warning.',
  },
);

export const OnDisconnectEnum = defineEnum<OnDisconnect>(
  'OnDisconnect',
  'What becomes of a generation that nobody follows any more.',
  {
    cancel:
      'It is cancelled once nobody has followed it for a grace period, so that a connection that was lost can resume.',
    continue: 'It runs on to its end.',
  },
);

export const GenerationStatusEnum = defineEnum<GenerationStatus>(
  'GenerationStatus',
  'Where a generation is in its life.',
  {
    queued: 'Accepted; the provider has not been called yet.',
    running: 'The provider is working on it.',
    'requires-action': 'Waits for the results of the tool calls it made.',
    completed: 'Ended by the model itself or by its output limit.',
    cancelled: 'Ended by the client.',
    failed: 'Ended by an error; what had come is kept.',
  },
);

export const FinishReasonEnum = defineEnum<FinishReason>(
  'FinishReason',
  'Why a generation came to its end.',
  {
    stop: 'The model had finished.',
    length: 'The output limit or the context window was reached.',
    'tool-calls': 'The model wants tools to be called.',
    'content-filter': "The provider's filter, or the model's refusal, ended the text.",
    'cost-limit': 'The cost limit of the request was reached.',
    other: 'Something else: see `rawFinishReason`.',
  },
);

export const UsageSourceEnum = defineEnum<UsageSource>('UsageSource', 'Where token counts come from.', {
  provider: 'Reported by the provider.',
  estimated: 'Estimated by this server, because the provider reported none.',
});

export const WarningCodeEnum = defineEnum<WarningCode>('WarningCode', 'What a warning is about.', {
  PARAMETER_DROPPED: 'A parameter the model does not take was left out.',
  PARAMETER_COERCED: 'A parameter was changed to one the model takes.',
  REASONING_COERCED: 'The reasoning asked for was changed to what the model, or its counterpart, offers.',
  SCHEMA_DOWNGRADED: 'The output schema was sent in a weaker form.',
  MODEL_DEPRECATED: 'The model is announced to go.',
  FALLBACK_USED: 'Another model than the one asked for answers.',
  PROVIDER_WARNING: 'Something the provider wants to be known.',
  OUTPUT_BUDGET_SPENT_ON_REASONING: 'The output limit was used up by reasoning before any text.',
});

const ERROR_DESCRIPTIONS: Readonly<Record<ErrorCode, string>> = {
  INVALID_REQUEST: 'The request makes no sense for any model.',
  MODEL_NOT_FOUND: 'No model, alias or upstream id has this name.',
  UNSUPPORTED_CAPABILITY: 'The model does not take something the request asks for.',
  NOT_FOUND: 'There is no such object, or it is not yours.',
  UNAUTHENTICATED: 'The request carries no valid credentials for this server.',
  FORBIDDEN: 'The credentials do not allow this.',
  RATE_LIMITED: 'This server limits how often you may ask.',
  BUDGET_EXCEEDED: 'Your budget on this server is used up.',
  PROVIDER_NOT_CONFIGURED: "The provider's credentials are not set on this server.",
  PROVIDER_AUTHENTICATION: "The provider refused this server's credentials.",
  PROVIDER_RATE_LIMITED: 'The provider limits the rate of requests, or its quota is used up.',
  PROVIDER_OVERLOADED: 'The provider has no capacity at the moment.',
  PROVIDER_REJECTED: 'The provider found the request invalid.',
  CONTEXT_LENGTH_EXCEEDED: "The request does not fit the model's context window.",
  CONTENT_FILTERED: "The provider's filter stopped the generation before any text.",
  PROVIDER_FAILED: 'The provider failed, or answered something that cannot be read.',
  PROVIDER_TIMEOUT: 'The provider did not answer in time.',
  STREAM_TRUNCATED: "The provider's stream ended before the generation was complete. Text so far is kept.",
  STREAM_STALLED: "The provider's stream went silent. Text so far is kept.",
  GENERATION_CANCELLED:
    'The generation was cancelled: by its client, or because nobody followed it any more.',
  GENERATION_INTERRUPTED: 'This server stopped before the generation was complete.',
  SERVICE_UNAVAILABLE:
    'The server cannot do this now because its database is away. Send the request again later.',
  INTERNAL: 'A defect of this server.',
};

export const ErrorCodeEnum = defineEnum<ErrorCode>(
  'ErrorCode',
  'What went wrong. Switch on it, never on a message.',
  Object.fromEntries(
    Object.entries(ERROR_DESCRIPTIONS).map(([code, text]) => [
      code,
      `${text} ${ERROR_CODES[code as ErrorCode].retryable ? 'The same request may succeed later.' : 'Not worth retrying unchanged.'}`,
    ]),
  ) as Record<ErrorCode, string>,
);
