/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Which of a vendor's APIs serves a model. */
export type ApiType =
  /** Chat Completions, as OpenAI introduced it. */
  | 'CHAT_COMPLETION'
  /** Google's generateContent. */
  | 'GENERATE_CONTENT'
  /** This server itself, without a vendor. */
  | 'LOCAL'
  /** Anthropic's Messages. */
  | 'MESSAGES'
  /** Responses, as OpenAI introduced it. */
  | 'RESPONSES_API';

/** A message of the model in an earlier turn. */
export type AssistantMessageInput = {
  /** The reasoning, for models that require it in the next request. */
  readonly reasoning?: ReadonlyArray<ReasoningPartInput> | null | undefined;
  /** The text. */
  readonly text?: string | null | undefined;
  /** The tool calls that the model made, except those of built-in tools. */
  readonly toolCalls?: ReadonlyArray<ToolCallInput> | null | undefined;
};

/** What has become of one request of a batch. */
export type BatchItemStatus =
  /** The batch was cancelled before it was answered. */
  | 'CANCELLED'
  /** The provider gave up before it was answered. */
  | 'EXPIRED'
  /** It failed; `error` says why. The others are not touched by that. */
  | 'FAILED'
  /** There is no result yet. */
  | 'PENDING'
  /** It was answered. */
  | 'SUCCEEDED';

/** How the requests of a batch are answered. */
export type BatchMode =
  /** By the provider's own batch API, at the price of that. */
  | 'NATIVE'
  /** One by one, a few at a time, at full price: the provider has no batch API for the model. A restart of the server may ask again what was under way. */
  | 'SEQUENTIAL';

/** One request of a batch. */
export type BatchRequestInput = {
  /** Your name for it: what its result is found by. 1 to 64 characters, once in a batch. */
  readonly customId: string;
  /** What is asked for. Every request of a batch resolves to the same model; onDisconnect, fallbackModels, timeoutMs and maxCostUsd make no sense here and are refused. */
  readonly input: GenerateInput;
};

/** Where a batch is in its life. */
export type BatchStatus =
  /** Ended because it was asked for. What was answered by then can be read. */
  | 'CANCELLED'
  /** Its end was asked for, and the provider has not confirmed it. */
  | 'CANCELLING'
  /** Every request has its result, which may be a failure of its own. All can be read. */
  | 'COMPLETED'
  /** The provider gave up before all was answered. What was answered by then can be read. */
  | 'EXPIRED'
  /** The batch failed as a whole; `error` says why. */
  | 'FAILED'
  /** Taken in, and kept over a restart. Nothing has been sent to the provider. */
  | 'QUEUED'
  /** Requests are being answered. */
  | 'RUNNING'
  /** The provider has it and has not begun, as far as it says. */
  | 'SUBMITTED';

/** A tool that the provider runs itself. */
export type BuiltInTool =
  /** Runs code in a sandbox. */
  | 'CODE_INTERPRETER'
  /** Reads the pages whose addresses are in the prompt. */
  | 'URL_CONTEXT'
  /** Searches the web. */
  | 'WEB_SEARCH';

/** A part of a user message. */
export type ContentPartInput =
  {   /** Audio: WAV, MP3, FLAC, Ogg or MP4. */
  readonly audio: MediaInput; readonly file?: never; readonly image?: never; readonly text?: never; }
  |  { readonly audio?: never;   /** A PDF document. */
  readonly file: MediaInput; readonly image?: never; readonly text?: never; }
  |  { readonly audio?: never; readonly file?: never;   /** A PNG, JPEG, GIF or WebP image. */
  readonly image: MediaInput; readonly text?: never; }
  |  { readonly audio?: never; readonly file?: never; readonly image?: never;   /** Text. */
  readonly text: string; };

/** Where the total of a cost comes from. */
export type CostSource =
  /** Computed by this server from the usage and the dated price list. */
  | 'PRICE_LIST'
  /** The amount that the provider reports that it bills. */
  | 'PROVIDER';

/** The kind of an error. Decide by it, never by a message. */
export type ErrorCode =
  /** Your budget on this server is used up. Do not retry the same request unchanged. */
  | 'BUDGET_EXCEEDED'
  /** The provider's filter stopped the generation before any text. Do not retry the same request unchanged. */
  | 'CONTENT_FILTERED'
  /** The request does not fit the model's context window. Do not retry the same request unchanged. */
  | 'CONTEXT_LENGTH_EXCEEDED'
  /** The credentials do not allow this. Do not retry the same request unchanged. */
  | 'FORBIDDEN'
  /** The generation was cancelled by its client, or because its last subscriber disconnected. Do not retry the same request unchanged. */
  | 'GENERATION_CANCELLED'
  /** This server stopped before the generation was complete. The same request may succeed later. */
  | 'GENERATION_INTERRUPTED'
  /** A defect of this server. Do not retry the same request unchanged. */
  | 'INTERNAL'
  /** The request is invalid for every model. Do not retry the same request unchanged. */
  | 'INVALID_REQUEST'
  /** No model, alias or upstream id has this name. Do not retry the same request unchanged. */
  | 'MODEL_NOT_FOUND'
  /** There is no such object, or it is not yours. Do not retry the same request unchanged. */
  | 'NOT_FOUND'
  /** The answer breaks the schema of the request, which asks for a failure then. The text is kept. The same request may succeed later. */
  | 'OUTPUT_INVALID'
  /** The request names a document by a hash that this server does not know: send its text, as clients with automatic persisted queries do. Do not retry the same request unchanged. */
  | 'PERSISTED_QUERY_NOT_FOUND'
  /** The request names a document by its hash. This server stores none: send its text, as clients with automatic persisted queries do. Do not retry the same request unchanged. */
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  /** The provider refused this server's credentials. Do not retry the same request unchanged. */
  | 'PROVIDER_AUTHENTICATION'
  /** The provider failed, or its answer cannot be read. The same request may succeed later. */
  | 'PROVIDER_FAILED'
  /** The provider's credentials are not set on this server. Do not retry the same request unchanged. */
  | 'PROVIDER_NOT_CONFIGURED'
  /** The provider has no capacity at the moment. The same request may succeed later. */
  | 'PROVIDER_OVERLOADED'
  /** The provider limits the rate of requests, or its quota is used up. The same request may succeed later. */
  | 'PROVIDER_RATE_LIMITED'
  /** The provider found the request invalid. Do not retry the same request unchanged. */
  | 'PROVIDER_REJECTED'
  /** The provider did not answer in time. The same request may succeed later. */
  | 'PROVIDER_TIMEOUT'
  /** The rate limit of this server is reached. The same request may succeed later. */
  | 'RATE_LIMITED'
  /** The database of this server, or the keys of its identity provider, cannot be reached. Send the request again later. The same request may succeed later. */
  | 'SERVICE_UNAVAILABLE'
  /** The provider's stream went silent. Text so far is kept. The same request may succeed later. */
  | 'STREAM_STALLED'
  /** The provider's stream ended before the generation was complete. Text so far is kept. The same request may succeed later. */
  | 'STREAM_TRUNCATED'
  /** The request carries no valid credentials for this server. Do not retry the same request unchanged. */
  | 'UNAUTHENTICATED'
  /** The model does not support something that the request contains. Do not retry the same request unchanged. */
  | 'UNSUPPORTED_CAPABILITY';

/** Why the model stopped. */
export type FinishReason =
  /** The provider's filter, or the model's refusal, ended the text. */
  | 'CONTENT_FILTER'
  /** The cost limit of the request was reached. */
  | 'COST_LIMIT'
  /** The output limit or the context window was reached. */
  | 'LENGTH'
  /** Another reason: see `rawFinishReason`. */
  | 'OTHER'
  /** The model finished its answer. */
  | 'STOP'
  /** The model calls tools. */
  | 'TOOL_CALLS';

/** A function of the client that the model may call. */
export type FunctionToolInput = {
  /** What the function does and when to call it. */
  readonly description?: string | null | undefined;
  /** The name: 1 to 64 letters, digits, _ and -. */
  readonly name: string;
  /** The parameters as a JSON Schema (draft 2020-12) of an object. */
  readonly parameters: unknown;
  /** Whether the provider enforces the schema on the arguments, where it can. */
  readonly strict?: boolean | null | undefined;
};

/** A request for text. The same for every provider; nothing that a model does not support is dropped silently. */
export type GenerateInput = {
  /** How long the provider should cache the prompt for later requests that begin the same way. */
  readonly cache?: PromptCache;
  /** Models to try in this order when a model fails before its first content with a retryable error. Each must support the request as it is. */
  readonly fallbackModels?: ReadonlyArray<string> | null | undefined;
  /** Discourages repetition. */
  readonly frequencyPenalty?: number | null | undefined;
  /** Stops the generation with the finish reason COST_LIMIT once it has cost more US dollars than this, by the usage that the provider reports or, before it does, by an estimate. */
  readonly maxCostUsd?: number | null | undefined;
  /** Upper limit of the output, including reasoning. Default: `Model.defaultMaxOutputTokens`. */
  readonly maxOutputTokens?: number | null | undefined;
  /** The conversation, oldest turn first. */
  readonly messages?: ReadonlyArray<MessageInput> | null | undefined;
  /** The caller's own data: returned with the generation or the batch item, never sent to a provider. */
  readonly metadata?: unknown;
  /** Name, alias or upstream id of the model. */
  readonly model: string;
  /** What happens to the generation when its last subscriber disconnects. */
  readonly onDisconnect?: OnDisconnect;
  /** What to do about parameters and content that the model does not support. */
  readonly onUnsupported?: OnUnsupported;
  /** The format of the answer. */
  readonly output?: OutputFormatInput | null | undefined;
  /** Whether the model may call several tools in one turn. For `false`, see `Model.parallelToolCallsCanBeForbidden`. */
  readonly parallelToolCalls?: boolean | null | undefined;
  /** Encourages new topics. */
  readonly presencePenalty?: number | null | undefined;
  /** A single user message. Exactly one of prompt and messages is required. */
  readonly prompt?: string | null | undefined;
  /** An object that is merged into the body of the provider's request, field by field, for parameters that this schema does not have. */
  readonly providerOptions?: unknown;
  /** How much the model should reason. */
  readonly reasoning?: ReasoningInput | null | undefined;
  /** For repeatable sampling, as far as the provider supports it. */
  readonly seed?: number | null | undefined;
  /** Texts that end the output. */
  readonly stopSequences?: ReadonlyArray<string> | null | undefined;
  /** Whether the JSON document is streamed step by step as well, by OutputUpdated events beside the text. Needs JSON output; not in a batch. */
  readonly streamOutput?: boolean;
  /** Instructions for the whole conversation. */
  readonly system?: string | null | undefined;
  /** Randomness. `Model.parameters` has the range. */
  readonly temperature?: number | null | undefined;
  /** Longest time for the whole generation, in milliseconds, up to the limit of the server. */
  readonly timeoutMs?: number | null | undefined;
  /** Which of the tools the model calls. */
  readonly toolChoice?: ToolChoiceInput | null | undefined;
  /** Tools that the model may call. Built-in tools are used only if they are listed here. */
  readonly tools?: ReadonlyArray<ToolInput> | null | undefined;
  /** How many candidate tokens are considered. */
  readonly topK?: number | null | undefined;
  /** Nucleus sampling. */
  readonly topP?: number | null | undefined;
  /** How long answers tend to be. */
  readonly verbosity?: Verbosity | null | undefined;
};

/** A setting of a generation, named as in GenerateInput. */
export type GenerationParameter =
  /** `frequencyPenalty`: discourages repetition. */
  | 'FREQUENCY_PENALTY'
  /** `maxOutputTokens`: upper limit of the output, including reasoning. */
  | 'MAX_OUTPUT_TOKENS'
  /** Several tool calls in one turn. */
  | 'PARALLEL_TOOL_CALLS'
  /** `presencePenalty`: encourages new topics. */
  | 'PRESENCE_PENALTY'
  /** `reasoning.budgetTokens`. */
  | 'REASONING_BUDGET_TOKENS'
  /** `reasoning.effort`. */
  | 'REASONING_EFFORT'
  /** `seed`: for repeatable sampling, as far as the provider supports it. */
  | 'SEED'
  /** `stopSequences`: texts that end the output. */
  | 'STOP_SEQUENCES'
  /** `temperature`: randomness. */
  | 'TEMPERATURE'
  /** `topK`: how many candidate tokens are considered. */
  | 'TOP_K'
  /** `topP`: nucleus sampling. */
  | 'TOP_P'
  /** `verbosity`: how long answers tend to be. */
  | 'VERBOSITY';

/** Stage of a generation in its life cycle. */
export type GenerationStatus =
  /** Cancelled by the client, or because its last subscriber disconnected. */
  | 'CANCELLED'
  /** The model has finished, or reached its output limit. */
  | 'COMPLETED'
  /** Ended by an error; the partial answer is kept. */
  | 'FAILED'
  /** Accepted; the provider has not been called yet. */
  | 'QUEUED'
  /** Waits for the results of its tool calls. */
  | 'REQUIRES_ACTION'
  /** The provider is working on it. */
  | 'RUNNING';

/** Health of a provider, by the calls of this server since it started. */
export type HealthState =
  /** The last call failed at the provider, or a single call is probing whether it has recovered. */
  | 'DEGRADED'
  /** The last call succeeded. */
  | 'HEALTHY'
  /** The provider refused this server's credentials, or its circuit is open: after repeated failures no call is sent for a while. */
  | 'UNAVAILABLE'
  /** Not called yet. */
  | 'UNKNOWN';

/** The resolution at which the model reads an image. */
export type ImageDetail =
  /** The provider decides. */
  | 'AUTO'
  /** High, for more tokens. */
  | 'HIGH'
  /** Low, for few tokens. */
  | 'LOW';

/** JSON that conforms to a schema. */
export type JsonSchemaOutputInput = {
  /** A name for the schema: 1 to 64 letters, digits, _ and -. */
  readonly name: string;
  /** What happens to an answer that breaks the schema. */
  readonly onViolation?: OnViolation;
  /** The JSON Schema (draft 2020-12) of an object. The answer is held against it as it is given here, also where the provider takes less. It refers to nothing outside of itself; `format` is a note, not a rule. */
  readonly schema: unknown;
  /** Whether the provider enforces the schema while the model writes, where it can. */
  readonly strict?: boolean;
};

/** An image, audio or a document, of at most 20 MiB. The type is detected from the bytes. */
export type MediaInput = {
  /** The resolution at which the model reads an image. */
  readonly detail?: ImageDetail | null | undefined;
  /** The name of a document, which the model sees. Left out, with a warning, if the API of the model has no field for it. */
  readonly filename?: string | null | undefined;
  /** The media type, such as `image/png`, if it is known. It must match the bytes. */
  readonly mediaType?: string | null | undefined;
  /** The source of the bytes. */
  readonly source: MediaSourceInput;
};

/** The source of the bytes. */
export type MediaSourceInput =
  {   /** The bytes in base64, without a data URL around them. */
  readonly base64: string; readonly providerFileId?: never; readonly upload?: never; readonly url?: never; }
  |  { readonly base64?: never;   /** The id of a file that was uploaded to the provider before. */
  readonly providerFileId: string; readonly upload?: never; readonly url?: never; }
  |  { readonly base64?: never; readonly providerFileId?: never;   /** A part of a GraphQL multipart request; over HTTP only, with the header graphql-require-preflight. */
  readonly upload: File | Blob; readonly url?: never; }
  |  { readonly base64?: never; readonly providerFileId?: never; readonly upload?: never;   /** An https address. It is passed to the provider if that can fetch it itself. */
  readonly url: string; };

/** One turn of a conversation. */
export type MessageInput =
  {   /** A message of the model. */
  readonly assistant: AssistantMessageInput; readonly system?: never; readonly tool?: never; readonly user?: never; }
  |  { readonly assistant?: never;   /** Instructions. Leading system messages are joined with `system` of the request. */
  readonly system: string; readonly tool?: never; readonly user?: never; }
  |  { readonly assistant?: never; readonly system?: never;   /** The result of a tool call that the model made. */
  readonly tool: ToolResultInput; readonly user?: never; }
  |  { readonly assistant?: never; readonly system?: never; readonly tool?: never;   /** A message of the user: its parts, in order. */
  readonly user: ReadonlyArray<ContentPartInput>; };

/** A kind of content. */
export type Modality =
  /** Audio. */
  | 'AUDIO'
  /** Documents such as PDF. */
  | 'FILE'
  /** Still images. */
  | 'IMAGE'
  /** Text. */
  | 'TEXT'
  /** Moving images. */
  | 'VIDEO';

/** Conditions on models. A model must fulfil all of them. */
export type ModelFilter = {
  /** Whether the model can be used on this server now. */
  readonly available?: boolean | null | undefined;
  /** Whether the vendor has a batch API for the model. */
  readonly batch?: boolean | null | undefined;
  /** Models that have all of these. */
  readonly builtInTools?: ReadonlyArray<BuiltInTool> | null | undefined;
  /** Whether the model cites sources. */
  readonly citations?: boolean | null | undefined;
  /** Whether the model calls functions of the client. */
  readonly functionCalling?: boolean | null | undefined;
  /** Models that read all of these. */
  readonly inputModalities?: ReadonlyArray<Modality> | null | undefined;
  /** Highest price of input in force now. Models without a known price are excluded. */
  readonly maxInputPricePerMillion?: number | null | undefined;
  /** Highest price of output in force now. Models without a known price are excluded. */
  readonly maxOutputPricePerMillion?: number | null | undefined;
  /** Smallest context window, in tokens. */
  readonly minContextWindow?: number | null | undefined;
  /** Models with one of these origins. */
  readonly origin?: ReadonlyArray<ModelOrigin> | null | undefined;
  /** Models that produce all of these. */
  readonly outputModalities?: ReadonlyArray<Modality> | null | undefined;
  /** Models of these providers. */
  readonly providers?: ReadonlyArray<string> | null | undefined;
  /** Whether the model reasons itself. */
  readonly reasoning?: boolean | null | undefined;
  /** Models that support this effort. */
  readonly reasoningEffort?: ReasoningEffort | null | undefined;
  /** Part of the name, the display name or an alias, in any case. */
  readonly search?: string | null | undefined;
  /** Models with one of these statuses. Retired models are found by it alone. */
  readonly status?: ReadonlyArray<ModelStatus> | null | undefined;
  /** Whether the model streams. */
  readonly streaming?: boolean | null | undefined;
  /** Whether the output of the model conforms to a JSON Schema. */
  readonly structuredOutput?: boolean | null | undefined;
};

/** An order of models. */
export type ModelOrder = {
  /** The direction of the order. */
  readonly direction?: OrderDirection;
  /** The field to order by. */
  readonly field: ModelOrderField;
};

/** The field that models are ordered by. */
export type ModelOrderField =
  /** Discount of the batch API. */
  | 'BATCH_DISCOUNT'
  /** Size of the context window. */
  | 'CONTEXT_WINDOW'
  /** Price of input tokens, as it is in force now. */
  | 'INPUT_PRICE'
  /** Name. */
  | 'NAME'
  /** Origin: built-in, overlay, discovered, refreshed. */
  | 'ORIGIN'
  /** Price of output tokens, as it is in force now. */
  | 'OUTPUT_PRICE'
  /** Provider name. */
  | 'PROVIDER'
  /** Release date. */
  | 'RELEASE_DATE'
  /** Stage in the life cycle: active, preview, deprecated, retired. */
  | 'STATUS';

/** Where the facts about a model come from: the uppermost source that has added it or changed a fact of it. */
export type ModelOrigin =
  /** The catalogue of this release. */
  | 'BUILT_IN'
  /** The list of the vendor or the server that serves it. */
  | 'DISCOVERED'
  /** The operator's own files. */
  | 'OVERLAY'
  /** The document that the catalogue is refreshed from. */
  | 'REFRESHED'
  /** No source: it was asked for by an id that the catalogue does not know. */
  | 'UNKNOWN';

/** Stage of a model in its life cycle. */
export type ModelStatus =
  /** In general service. */
  | 'ACTIVE'
  /** Still available, but its vendor has announced its end. It names its replacement. */
  | 'DEPRECATED'
  /** Offered by its vendor for trial: it may change or be withdrawn without notice. */
  | 'PREVIEW'
  /** Its vendor has shut it down. It cannot be asked for; it names its replacement, where one is known. */
  | 'RETIRED';

/** What happens to a generation when its last subscriber disconnects. */
export type OnDisconnect =
  /** It is cancelled after a grace period, within which a lost connection can resume; at once when that subscriber completes its operation over WebSocket. */
  | 'CANCEL'
  /** It runs to its end. */
  | 'CONTINUE';

/** What to do about parameters and content that the model does not support. */
export type OnUnsupported =
  /** Leave it out or use the nearest supported value, with a warning. */
  | 'DROP_WITH_WARNING'
  /** Refuse the request before a provider is called. */
  | 'REJECT';

/** What happens to an answer that breaks its schema: also to one that is cut short, filtered or no JSON at all. */
export type OnViolation =
  /** The generation fails with OUTPUT_INVALID. The text is kept. */
  | 'FAIL'
  /** The model is told the violations and answers once more; a second answer that breaks the schema fails as with FAIL. Both answers are billed, stay in the text, and count for `maxCostUsd` and `timeoutMs`; the warning OUTPUT_VIOLATES_SCHEMA separates them. Not in a batch. */
  | 'REPAIR'
  /** The generation is completed, with `Generation.outputViolations` and the warning OUTPUT_VIOLATES_SCHEMA. */
  | 'REPORT';

/** Direction of an order. Items without a value come last in both. */
export type OrderDirection =
  /** Smallest first. */
  | 'ASC'
  /** Largest first. */
  | 'DESC';

/** A step of a JSON document as it is written. */
export type OutputChange =
  /** The string at the path goes on with this one. */
  | 'APPEND'
  /** What is at the path is whole and changes no more, unless a SET of a repeated key or of the root begins it anew. */
  | 'DONE'
  /** The value at the path is this one, in place of what was there. An object or a list comes empty, a string with its beginning. At the root it begins the document anew. */
  | 'SET';

/** The format of the answer. */
export type OutputFormatInput =
  {   /** Any JSON object. Must be true; the prompt must ask for JSON. */
  readonly json: boolean; readonly schema?: never; readonly text?: never; }
  |  { readonly json?: never;   /** JSON that conforms to a schema. */
  readonly schema: JsonSchemaOutputInput; readonly text?: never; }
  |  { readonly json?: never; readonly schema?: never;   /** Text, which is the default. Must be true. */
  readonly text: boolean; };

/** How long the provider should cache the prompt for later requests that begin the same way. */
export type PromptCache =
  /** For an hour or more, where the provider supports it. */
  | 'LONG'
  /** Not at all, where the provider supports that. */
  | 'OFF'
  /** The provider's default. */
  | 'PROVIDER_DEFAULT'
  /** For minutes, where the provider supports it. */
  | 'SHORT';

/** How much a model reasons before it answers, from none to as much as it can. `Model.capabilities.reasoning.efforts` lists the levels of a model. */
export type ReasoningEffort =
  /** Much: harder problems. */
  | 'HIGH'
  /** Little: fast answers. */
  | 'LOW'
  /** Without regard to time and cost. */
  | 'MAX'
  /** Balanced. */
  | 'MEDIUM'
  /** As little as possible. */
  | 'MINIMAL'
  /** No reasoning. */
  | 'NONE'
  /** Very much. */
  | 'XHIGH';

/** How much the model should reason. The model decides when it is left out. */
export type ReasoningInput = {
  /** How much, in tokens, for models that accept a budget. */
  readonly budgetTokens?: number | null | undefined;
  /** How much, by name. It is mapped to what the model accepts. Not together with budgetTokens. */
  readonly effort?: ReasoningEffort | null | undefined;
  /** Switches reasoning on or off. */
  readonly enabled?: boolean | null | undefined;
};

/** Reasoning of an earlier turn. */
export type ReasoningPartInput = {
  /** The provider that the reasoning belongs to, as received. A request to another provider is sent without it, with the warning STATE_NOT_PORTABLE. */
  readonly provider?: string | null | undefined;
  /** The provider's opaque state, as received: at most 2 Mi characters. What is no state of the provider in it is left out. */
  readonly signature?: string | null | undefined;
  /** The text, as received. */
  readonly text?: string | null | undefined;
};

/** Why a name was resolved to another. */
export type ResolutionReason =
  /** The name is an alias. */
  | 'ALIAS'
  /** The name is a model's upstream id. */
  | 'API_MODEL'
  /** The name is a model. */
  | 'EXACT'
  /** The previous model failed, and the request names this one as a fallback. */
  | 'FALLBACK'
  /** The name begins with a provider's name and a slash, as OpenRouter and LiteLLM write it. */
  | 'PROVIDER_PREFIX'
  /** Reasoning was requested, and the counterpart of the model does it. */
  | 'REASONING_COUNTERPART'
  /** The catalogue does not know the name. It is sent to the provider by the rules of the family it belongs to. */
  | 'UNKNOWN_ALLOWED';

/** Many requests to one model, to be answered when there is time. */
export type SubmitBatchInput = {
  /** A name for people to read. */
  readonly displayName?: string | null | undefined;
  /** The requests as JSON Lines in UTF-8: one BatchRequestInput a line, as it would be in the variables. A part of a GraphQL multipart request. */
  readonly file?: File | Blob | null | undefined;
  /** The same key with the same input gives the same batch, however often it is sent, for 24 hours; with another input it is refused. */
  readonly idempotencyKey?: string | null | undefined;
  /** The caller's own: returned with the batch, never sent to a provider. */
  readonly metadata?: unknown;
  /** The requests. Exactly one of requests and file. */
  readonly requests?: ReadonlyArray<BatchRequestInput> | null | undefined;
};

/** How the input of a request is counted before it is sent. */
export type TokenCounting =
  /** By this server: text by its words, media by their headers, tools and schemas by their JSON. */
  | 'ESTIMATE'
  /** By the provider's own counting endpoint, where it has one (Anthropic, Gemini, OpenAI Responses), which is sent the request; otherwise, and where that fails or takes longer than 5 seconds, by estimate. */
  | 'PROVIDER';

/** A tool call of an earlier turn. */
export type ToolCallInput = {
  /** The arguments, as received. */
  readonly arguments: unknown;
  /** The id of the call, as received. */
  readonly callId: string | number;
  /** The name of the tool. */
  readonly name: string;
  /** The provider's opaque state, as received. */
  readonly signature?: string | null | undefined;
};

/** Which tools the model calls. */
export type ToolChoiceInput =
  {   /** The model must call this function. */
  readonly function: string; readonly mode?: never; }
  |  { readonly function?: never;   /** Whether the model calls tools. */
  readonly mode: ToolChoiceMode; };

/** Whether the model calls tools. */
export type ToolChoiceMode =
  /** The model decides. */
  | 'AUTO'
  /** Never. */
  | 'NONE'
  /** At least one. */
  | 'REQUIRED';

/** A tool that the model may call. */
export type ToolInput =
  {   /** A tool that the provider runs itself. It may cost extra. */
  readonly builtIn: BuiltInTool; readonly function?: never; }
  |  { readonly builtIn?: never;   /** A function of the client. */
  readonly function: FunctionToolInput; };

/** The result of a tool call. */
export type ToolResultInput = {
  /** The call that this is the result of. */
  readonly callId: string | number;
  /** Whether the tool failed; the output then describes the failure. A provider without such a mark gets the output alone. */
  readonly isError?: boolean;
  /** The result: a string is sent as text, anything else as JSON. */
  readonly output: unknown;
};

/** Where token counts come from. */
export type UsageSource =
  /** Estimated by this server, because the provider reported none. */
  | 'ESTIMATED'
  /** Reported by the provider. */
  | 'PROVIDER';

/** How long answers tend to be. */
export type Verbosity =
  /** Extensive. */
  | 'HIGH'
  /** Short. */
  | 'LOW'
  /** Balanced. */
  | 'MEDIUM';

/** The kind of a warning. */
export type WarningCode =
  /** A fallback model answers instead of the requested one. */
  | 'FALLBACK_USED'
  /** The vendor has announced the end of the model, or has shut down a fallback model, which is left out. */
  | 'MODEL_DEPRECATED'
  /** The catalogue does not know the model: it is sent to its provider by the rules of its family, and its cost is unknown. */
  | 'MODEL_UNKNOWN'
  /** The output limit was used up by reasoning before any text. */
  | 'OUTPUT_BUDGET_SPENT_ON_REASONING'
  /** The answer breaks the schema of the request: see `outputViolations`. What comes after it in the event log is a repaired answer. */
  | 'OUTPUT_VIOLATES_SCHEMA'
  /** A parameter was changed to a value that the model supports. */
  | 'PARAMETER_COERCED'
  /** A parameter that the model does not support was left out. */
  | 'PARAMETER_DROPPED'
  /** A notice from the provider. */
  | 'PROVIDER_WARNING'
  /** The requested reasoning was changed to what the model or its counterpart supports. */
  | 'REASONING_COERCED'
  /** The output schema was sent in a weaker form. */
  | 'SCHEMA_DOWNGRADED'
  /** Reasoning or opaque state of another provider or another kind of model was left out of the conversation. */
  | 'STATE_NOT_PORTABLE';

export type BatchFieldsFragment = { readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> };

export type SubmitBatchMutationVariables = Exact<{
  input: SubmitBatchInput;
}>;


export type SubmitBatchMutation = { readonly submitBatch: { readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> } };

export type BatchQueryVariables = Exact<{
  id: string | number;
}>;


export type BatchQuery = { readonly batch: { readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> } | null };

export type BatchesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BatchesQuery = { readonly batches: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type BatchItemsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BatchItemsQuery = { readonly batch: { readonly items: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customId: string, readonly index: number, readonly status: BatchItemStatus, readonly text: string | null, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } } | null };

export type CancelBatchMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelBatchMutation = { readonly cancelBatch: { readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> } };

export type BatchUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type BatchUpdatedSubscription = { readonly batchUpdated: { readonly id: string, readonly displayName: string | null, readonly status: BatchStatus, readonly mode: BatchMode, readonly providerBatchIds: ReadonlyArray<string>, readonly metadata: unknown, readonly createdAt: string, readonly submittedAt: string | null, readonly completedAt: string | null, readonly expiresAt: string | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly counts: { readonly total: number, readonly pending: number, readonly succeeded: number, readonly failed: number, readonly cancelled: number, readonly expired: number }, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> } };

export type ModelRefFragment = { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } };

export type CapabilityFieldsFragment = { readonly inputModalities: ReadonlyArray<Modality>, readonly outputModalities: ReadonlyArray<Modality>, readonly requiresOneOf: ReadonlyArray<Modality>, readonly streaming: boolean, readonly functionCalling: boolean, readonly builtInTools: ReadonlyArray<BuiltInTool>, readonly structuredOutput: boolean, readonly jsonMode: boolean, readonly citations: boolean, readonly fileMediaTypes: ReadonlyArray<string>, readonly reasoning: { readonly always: boolean, readonly efforts: ReadonlyArray<ReasoningEffort>, readonly defaultEffort: ReasoningEffort | null, readonly budgetTokens: { readonly min: number | null, readonly max: number | null } | null } | null, readonly reasoningCounterpart: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly batch: { readonly maxRequests: number, readonly maxFileSizeMb: number, readonly discountPercent: number | null } | null };

export type PricingFieldsFragment = { readonly currency: string, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null, readonly cacheWritePerMillion: number | null, readonly cacheWriteLongPerMillion: number | null, readonly audioInputPerMillion: number | null, readonly effectiveDate: string | null, readonly tiers: ReadonlyArray<{ readonly aboveInputTokens: number, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null }>, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly pricePerCall: number, readonly perRequest: boolean }> };

export type ModelFieldsFragment = { readonly id: string, readonly name: string, readonly displayName: string, readonly description: string | null, readonly aliases: ReadonlyArray<string>, readonly family: string | null, readonly apiModel: string, readonly apiType: ApiType, readonly available: boolean, readonly status: ModelStatus, readonly origin: ModelOrigin, readonly releaseDate: string | null, readonly shutdownDate: string | null, readonly knowledgeCutoff: string | null, readonly contextWindow: number | null, readonly maxInputTokens: number | null, readonly maxOutputTokens: number | null, readonly defaultMaxOutputTokens: number, readonly forcedToolChoice: boolean, readonly parallelToolCallsCanBeForbidden: boolean, readonly replacement: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string, readonly configured: boolean, readonly health: { readonly state: HealthState, readonly medianFirstDeltaMs: number | null } }, readonly capabilities: { readonly inputModalities: ReadonlyArray<Modality>, readonly outputModalities: ReadonlyArray<Modality>, readonly requiresOneOf: ReadonlyArray<Modality>, readonly streaming: boolean, readonly functionCalling: boolean, readonly builtInTools: ReadonlyArray<BuiltInTool>, readonly structuredOutput: boolean, readonly jsonMode: boolean, readonly citations: boolean, readonly fileMediaTypes: ReadonlyArray<string>, readonly reasoning: { readonly always: boolean, readonly efforts: ReadonlyArray<ReasoningEffort>, readonly defaultEffort: ReasoningEffort | null, readonly budgetTokens: { readonly min: number | null, readonly max: number | null } | null } | null, readonly reasoningCounterpart: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly batch: { readonly maxRequests: number, readonly maxFileSizeMb: number, readonly discountPercent: number | null } | null }, readonly parameters: ReadonlyArray<{ readonly parameter: GenerationParameter, readonly supported: boolean, readonly min: number | null, readonly max: number | null, readonly values: ReadonlyArray<string> | null, readonly default: unknown, readonly note: string | null }>, readonly pricing: { readonly currency: string, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null, readonly cacheWritePerMillion: number | null, readonly cacheWriteLongPerMillion: number | null, readonly audioInputPerMillion: number | null, readonly effectiveDate: string | null, readonly tiers: ReadonlyArray<{ readonly aboveInputTokens: number, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null }>, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly pricePerCall: number, readonly perRequest: boolean }> } | null };

export type ModelsQueryVariables = Exact<{
  where?: ModelFilter | null | undefined;
  orderBy?: ModelOrder | null | undefined;
  after?: string | null | undefined;
}>;


export type ModelsQuery = { readonly models: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly displayName: string, readonly description: string | null, readonly aliases: ReadonlyArray<string>, readonly family: string | null, readonly apiModel: string, readonly apiType: ApiType, readonly available: boolean, readonly status: ModelStatus, readonly origin: ModelOrigin, readonly releaseDate: string | null, readonly shutdownDate: string | null, readonly knowledgeCutoff: string | null, readonly contextWindow: number | null, readonly maxInputTokens: number | null, readonly maxOutputTokens: number | null, readonly defaultMaxOutputTokens: number, readonly forcedToolChoice: boolean, readonly parallelToolCallsCanBeForbidden: boolean, readonly replacement: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string, readonly configured: boolean, readonly health: { readonly state: HealthState, readonly medianFirstDeltaMs: number | null } }, readonly capabilities: { readonly inputModalities: ReadonlyArray<Modality>, readonly outputModalities: ReadonlyArray<Modality>, readonly requiresOneOf: ReadonlyArray<Modality>, readonly streaming: boolean, readonly functionCalling: boolean, readonly builtInTools: ReadonlyArray<BuiltInTool>, readonly structuredOutput: boolean, readonly jsonMode: boolean, readonly citations: boolean, readonly fileMediaTypes: ReadonlyArray<string>, readonly reasoning: { readonly always: boolean, readonly efforts: ReadonlyArray<ReasoningEffort>, readonly defaultEffort: ReasoningEffort | null, readonly budgetTokens: { readonly min: number | null, readonly max: number | null } | null } | null, readonly reasoningCounterpart: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly batch: { readonly maxRequests: number, readonly maxFileSizeMb: number, readonly discountPercent: number | null } | null }, readonly parameters: ReadonlyArray<{ readonly parameter: GenerationParameter, readonly supported: boolean, readonly min: number | null, readonly max: number | null, readonly values: ReadonlyArray<string> | null, readonly default: unknown, readonly note: string | null }>, readonly pricing: { readonly currency: string, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null, readonly cacheWritePerMillion: number | null, readonly cacheWriteLongPerMillion: number | null, readonly audioInputPerMillion: number | null, readonly effectiveDate: string | null, readonly tiers: ReadonlyArray<{ readonly aboveInputTokens: number, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null }>, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly pricePerCall: number, readonly perRequest: boolean }> } | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type ModelQueryVariables = Exact<{
  name: string;
}>;


export type ModelQuery = { readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly description: string | null, readonly aliases: ReadonlyArray<string>, readonly family: string | null, readonly apiModel: string, readonly apiType: ApiType, readonly available: boolean, readonly status: ModelStatus, readonly origin: ModelOrigin, readonly releaseDate: string | null, readonly shutdownDate: string | null, readonly knowledgeCutoff: string | null, readonly contextWindow: number | null, readonly maxInputTokens: number | null, readonly maxOutputTokens: number | null, readonly defaultMaxOutputTokens: number, readonly forcedToolChoice: boolean, readonly parallelToolCallsCanBeForbidden: boolean, readonly replacement: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string, readonly configured: boolean, readonly health: { readonly state: HealthState, readonly medianFirstDeltaMs: number | null } }, readonly capabilities: { readonly inputModalities: ReadonlyArray<Modality>, readonly outputModalities: ReadonlyArray<Modality>, readonly requiresOneOf: ReadonlyArray<Modality>, readonly streaming: boolean, readonly functionCalling: boolean, readonly builtInTools: ReadonlyArray<BuiltInTool>, readonly structuredOutput: boolean, readonly jsonMode: boolean, readonly citations: boolean, readonly fileMediaTypes: ReadonlyArray<string>, readonly reasoning: { readonly always: boolean, readonly efforts: ReadonlyArray<ReasoningEffort>, readonly defaultEffort: ReasoningEffort | null, readonly budgetTokens: { readonly min: number | null, readonly max: number | null } | null } | null, readonly reasoningCounterpart: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } } | null, readonly batch: { readonly maxRequests: number, readonly maxFileSizeMb: number, readonly discountPercent: number | null } | null }, readonly parameters: ReadonlyArray<{ readonly parameter: GenerationParameter, readonly supported: boolean, readonly min: number | null, readonly max: number | null, readonly values: ReadonlyArray<string> | null, readonly default: unknown, readonly note: string | null }>, readonly pricing: { readonly currency: string, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null, readonly cacheWritePerMillion: number | null, readonly cacheWriteLongPerMillion: number | null, readonly audioInputPerMillion: number | null, readonly effectiveDate: string | null, readonly tiers: ReadonlyArray<{ readonly aboveInputTokens: number, readonly inputPerMillion: number, readonly outputPerMillion: number, readonly cacheReadPerMillion: number | null }>, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly pricePerCall: number, readonly perRequest: boolean }> } | null } | null };

export type ProviderFieldsFragment = { readonly id: string, readonly name: string, readonly displayName: string, readonly documentationUrl: string | null, readonly configured: boolean, readonly credentialVariable: string | null, readonly capabilities: { readonly streaming: boolean, readonly functionCalling: boolean, readonly structuredOutput: boolean, readonly reasoning: boolean, readonly citations: boolean, readonly imageInput: boolean, readonly audioInput: boolean, readonly fileInput: boolean, readonly batchApi: boolean, readonly batchMaxRequests: number | null, readonly batchMaxFileSizeMb: number | null }, readonly health: { readonly state: HealthState, readonly lastSuccessAt: string | null, readonly lastFailureAt: string | null, readonly lastErrorCode: ErrorCode | null, readonly medianFirstDeltaMs: number | null } };

export type ProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type ProvidersQuery = { readonly providers: ReadonlyArray<{ readonly id: string, readonly name: string, readonly displayName: string, readonly documentationUrl: string | null, readonly configured: boolean, readonly credentialVariable: string | null, readonly capabilities: { readonly streaming: boolean, readonly functionCalling: boolean, readonly structuredOutput: boolean, readonly reasoning: boolean, readonly citations: boolean, readonly imageInput: boolean, readonly audioInput: boolean, readonly fileInput: boolean, readonly batchApi: boolean, readonly batchMaxRequests: number | null, readonly batchMaxFileSizeMb: number | null }, readonly health: { readonly state: HealthState, readonly lastSuccessAt: string | null, readonly lastFailureAt: string | null, readonly lastErrorCode: ErrorCode | null, readonly medianFirstDeltaMs: number | null } }> };

export type UsageFieldsFragment = { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource };

export type CostFieldsFragment = { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> };

export type WarningFieldsFragment = { readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown };

export type ErrorFieldsFragment = { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean };

export type ToolCallFieldsFragment = { readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null };

export type CitationFieldsFragment = { readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null };

export type MediaFieldsFragment = { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null };

export type MessageFieldsFragment = { readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null };

export type ResolutionFieldsFragment = { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> };

export type GenerationFieldsFragment = { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null };

type EventFields_ActionRequired_Fragment = { readonly __typename: 'ActionRequired', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> };

type EventFields_CitationAdded_Fragment = { readonly __typename: 'CitationAdded', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly citation: { readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null } };

type EventFields_GenerationCancelled_Fragment = { readonly __typename: 'GenerationCancelled', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

type EventFields_GenerationCompleted_Fragment = { readonly __typename: 'GenerationCompleted', readonly finishReason: FinishReason, readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

type EventFields_GenerationFailed_Fragment = { readonly __typename: 'GenerationFailed', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean }, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

type EventFields_GenerationSnapshot_Fragment = { readonly __typename: 'GenerationSnapshot', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

type EventFields_GenerationStarted_Fragment = { readonly __typename: 'GenerationStarted', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> } };

type EventFields_OutputUpdated_Fragment = { readonly __typename: 'OutputUpdated', readonly path: string, readonly change: OutputChange, readonly value: unknown, readonly generationId: string, readonly sequence: number, readonly cursor: string };

type EventFields_ReasoningDelta_Fragment = { readonly __typename: 'ReasoningDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string };

type EventFields_TextDelta_Fragment = { readonly __typename: 'TextDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string };

type EventFields_ToolCallDelta_Fragment = { readonly __typename: 'ToolCallDelta', readonly callId: string, readonly name: string, readonly argumentsDelta: string, readonly generationId: string, readonly sequence: number, readonly cursor: string };

type EventFields_ToolCallReady_Fragment = { readonly __typename: 'ToolCallReady', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCall: { readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null } };

type EventFields_UsageUpdated_Fragment = { readonly __typename: 'UsageUpdated', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource }, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null };

type EventFields_WarningRaised_Fragment = { readonly __typename: 'WarningRaised', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly warning: { readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown } };

export type EventFieldsFragment =
  | EventFields_ActionRequired_Fragment
  | EventFields_CitationAdded_Fragment
  | EventFields_GenerationCancelled_Fragment
  | EventFields_GenerationCompleted_Fragment
  | EventFields_GenerationFailed_Fragment
  | EventFields_GenerationSnapshot_Fragment
  | EventFields_GenerationStarted_Fragment
  | EventFields_OutputUpdated_Fragment
  | EventFields_ReasoningDelta_Fragment
  | EventFields_TextDelta_Fragment
  | EventFields_ToolCallDelta_Fragment
  | EventFields_ToolCallReady_Fragment
  | EventFields_UsageUpdated_Fragment
  | EventFields_WarningRaised_Fragment
;

export type GenerateSubscriptionVariables = Exact<{
  input: GenerateInput;
  idempotencyKey?: string | null | undefined;
}>;


export type GenerateSubscription = { readonly generate:
    | { readonly __typename: 'ActionRequired', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> }
    | { readonly __typename: 'CitationAdded', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly citation: { readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null } }
    | { readonly __typename: 'GenerationCancelled', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationCompleted', readonly finishReason: FinishReason, readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationFailed', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean }, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationSnapshot', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationStarted', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> } }
    | { readonly __typename: 'OutputUpdated', readonly path: string, readonly change: OutputChange, readonly value: unknown, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ReasoningDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'TextDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ToolCallDelta', readonly callId: string, readonly name: string, readonly argumentsDelta: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ToolCallReady', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCall: { readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null } }
    | { readonly __typename: 'UsageUpdated', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource }, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null }
    | { readonly __typename: 'WarningRaised', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly warning: { readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown } }
   };

export type GenerationEventsSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type GenerationEventsSubscription = { readonly generationEvents:
    | { readonly __typename: 'ActionRequired', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> }
    | { readonly __typename: 'CitationAdded', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly citation: { readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null } }
    | { readonly __typename: 'GenerationCancelled', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationCompleted', readonly finishReason: FinishReason, readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationFailed', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean }, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationSnapshot', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } }
    | { readonly __typename: 'GenerationStarted', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> } }
    | { readonly __typename: 'OutputUpdated', readonly path: string, readonly change: OutputChange, readonly value: unknown, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ReasoningDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'TextDelta', readonly offset: number, readonly text: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ToolCallDelta', readonly callId: string, readonly name: string, readonly argumentsDelta: string, readonly generationId: string, readonly sequence: number, readonly cursor: string }
    | { readonly __typename: 'ToolCallReady', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly toolCall: { readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null } }
    | { readonly __typename: 'UsageUpdated', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource }, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null }
    | { readonly __typename: 'WarningRaised', readonly generationId: string, readonly sequence: number, readonly cursor: string, readonly warning: { readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown } }
   };

export type GenerationQueryVariables = Exact<{
  id: string | number;
}>;


export type GenerationQuery = { readonly generation: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } | null };

export type GenerationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  status?: ReadonlyArray<GenerationStatus> | GenerationStatus | null | undefined;
}>;


export type GenerationsQuery = { readonly generations: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type CancelGenerationMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelGenerationMutation = { readonly cancelGeneration: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

export type SubmitToolResultsMutationVariables = Exact<{
  generationId: string | number;
  results: ReadonlyArray<ToolResultInput> | ToolResultInput;
}>;


export type SubmitToolResultsMutation = { readonly submitToolResults: { readonly id: string, readonly status: GenerationStatus, readonly text: string, readonly reasoning: string | null, readonly output: unknown, readonly finishReason: FinishReason | null, readonly rawFinishReason: string | null, readonly metadata: unknown, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly completedAt: string | null, readonly firstDeltaMs: number | null, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> }, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }>, readonly citations: ReadonlyArray<{ readonly url: string | null, readonly title: string | null, readonly snippet: string | null, readonly startIndex: number | null, readonly endIndex: number | null }>, readonly messages: ReadonlyArray<{ readonly system: string | null, readonly user: ReadonlyArray<{ readonly text: string | null, readonly image: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly audio: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null, readonly file: { readonly mediaType: string, readonly url: string | null, readonly bytes: number | null } | null }> | null, readonly assistant: { readonly text: string | null, readonly reasoning: ReadonlyArray<{ readonly provider: string, readonly text: string | null, readonly signature: string | null }>, readonly toolCalls: ReadonlyArray<{ readonly callId: string, readonly name: string, readonly arguments: unknown, readonly builtIn: boolean, readonly result: unknown, readonly signature: string | null }> } | null, readonly tool: { readonly callId: string, readonly output: unknown, readonly isError: boolean } | null }>, readonly outputViolations: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }>, readonly usage: { readonly inputTokens: number | null, readonly outputTokens: number | null, readonly totalTokens: number | null, readonly cacheReadTokens: number | null, readonly cacheWriteTokens: number | null, readonly reasoningTokens: number | null, readonly audioInputTokens: number | null, readonly source: UsageSource } | null, readonly cost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly error: { readonly code: ErrorCode, readonly message: string, readonly provider: string | null, readonly providerStatus: number | null, readonly retryAfterMs: number | null, readonly retryable: boolean } | null } };

export type PreviewGenerationQueryVariables = Exact<{
  input: GenerateInput;
  count: TokenCounting;
}>;


export type PreviewGenerationQuery = { readonly previewGeneration: { readonly accepted: boolean, readonly estimatedInputTokens: number | null, readonly inputTokens: { readonly value: number, readonly source: UsageSource } | null, readonly estimatedMaxCost: { readonly currency: string, readonly total: number, readonly input: number, readonly output: number, readonly cacheRead: number, readonly cacheWrite: number, readonly source: CostSource, readonly effectiveDate: string | null, readonly serviceTier: string | null, readonly toolFees: ReadonlyArray<{ readonly tool: BuiltInTool, readonly count: number, readonly amount: number }> } | null, readonly resolution: { readonly requested: string, readonly reasoning: boolean, readonly model: { readonly id: string, readonly name: string, readonly displayName: string, readonly provider: { readonly id: string, readonly name: string, readonly displayName: string } }, readonly steps: ReadonlyArray<{ readonly from: string, readonly to: string, readonly reason: ResolutionReason }> } | null, readonly problems: ReadonlyArray<{ readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly allowed: ReadonlyArray<string> | null, readonly suggestion: string | null }>, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly from: unknown, readonly to: unknown }> } };
