/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
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
  reasoning?: Array<ReasoningPartInput> | null | undefined;
  /** The text. */
  text?: string | null | undefined;
  /** The tool calls that the model made, except those of built-in tools. */
  toolCalls?: Array<ToolCallInput> | null | undefined;
};

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
  audio: MediaInput; file?: never; image?: never; text?: never; }
  |  { audio?: never;   /** A PDF document. */
  file: MediaInput; image?: never; text?: never; }
  |  { audio?: never; file?: never;   /** A PNG, JPEG, GIF or WebP image. */
  image: MediaInput; text?: never; }
  |  { audio?: never; file?: never; image?: never;   /** Text. */
  text: string; };

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
  description?: string | null | undefined;
  /** The name: 1 to 64 letters, digits, _ and -. */
  name: string;
  /** The parameters as a JSON Schema (draft 2020-12) of an object. */
  parameters: unknown;
  /** Whether the provider enforces the schema on the arguments, where it can. */
  strict?: boolean | null | undefined;
};

/** A request for text. The same for every provider; nothing that a model does not support is dropped silently. */
export type GenerateInput = {
  /** How long the provider should cache the prompt for later requests that begin the same way. */
  cache?: PromptCache;
  /** Models to try in this order when a model fails before its first content with a retryable error. Each must support the request as it is. */
  fallbackModels?: Array<string> | null | undefined;
  /** Discourages repetition. */
  frequencyPenalty?: number | null | undefined;
  /** Stops the generation with the finish reason COST_LIMIT once it has cost more US dollars than this, by the usage that the provider reports or, before it does, by an estimate. */
  maxCostUsd?: number | null | undefined;
  /** Upper limit of the output, including reasoning. Default: `Model.defaultMaxOutputTokens`. */
  maxOutputTokens?: number | null | undefined;
  /** The conversation, oldest turn first. */
  messages?: Array<MessageInput> | null | undefined;
  /** The caller's own data: returned with the generation or the batch item, never sent to a provider. */
  metadata?: unknown;
  /** Name, alias or upstream id of the model. */
  model: string;
  /** What happens to the generation when its last subscriber disconnects. */
  onDisconnect?: OnDisconnect;
  /** What to do about parameters and content that the model does not support. */
  onUnsupported?: OnUnsupported;
  /** The format of the answer. */
  output?: OutputFormatInput | null | undefined;
  /** Whether the model may call several tools in one turn. For `false`, see `Model.parallelToolCallsCanBeForbidden`. */
  parallelToolCalls?: boolean | null | undefined;
  /** Encourages new topics. */
  presencePenalty?: number | null | undefined;
  /** A single user message. Exactly one of prompt and messages is required. */
  prompt?: string | null | undefined;
  /** An object that is merged into the body of the provider's request, field by field, for parameters that this schema does not have. */
  providerOptions?: unknown;
  /** How much the model should reason. */
  reasoning?: ReasoningInput | null | undefined;
  /** For repeatable sampling, as far as the provider supports it. */
  seed?: number | null | undefined;
  /** Texts that end the output. */
  stopSequences?: Array<string> | null | undefined;
  /** Whether the JSON document is streamed step by step as well, by OutputUpdated events beside the text. Needs JSON output; not in a batch. */
  streamOutput?: boolean;
  /** Instructions for the whole conversation. */
  system?: string | null | undefined;
  /** Randomness. `Model.parameters` has the range. */
  temperature?: number | null | undefined;
  /** Longest time for the whole generation, in milliseconds, up to the limit of the server. */
  timeoutMs?: number | null | undefined;
  /** Which of the tools the model calls. */
  toolChoice?: ToolChoiceInput | null | undefined;
  /** Tools that the model may call. Built-in tools are used only if they are listed here. */
  tools?: Array<ToolInput> | null | undefined;
  /** How many candidate tokens are considered. */
  topK?: number | null | undefined;
  /** Nucleus sampling. */
  topP?: number | null | undefined;
  /** How long answers tend to be. */
  verbosity?: Verbosity | null | undefined;
};

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
  name: string;
  /** What happens to an answer that breaks the schema. */
  onViolation?: OnViolation;
  /** The JSON Schema (draft 2020-12) of an object. The answer is held against it as it is given here, also where the provider takes less. It refers to nothing outside of itself; `format` is a note, not a rule. */
  schema: unknown;
  /** Whether the provider enforces the schema while the model writes, where it can. */
  strict?: boolean;
};

/** An image, audio or a document, of at most 20 MiB. The type is detected from the bytes. */
export type MediaInput = {
  /** The resolution at which the model reads an image. */
  detail?: ImageDetail | null | undefined;
  /** The name of a document, which the model sees. Left out, with a warning, if the API of the model has no field for it. */
  filename?: string | null | undefined;
  /** The media type, such as `image/png`, if it is known. It must match the bytes. */
  mediaType?: string | null | undefined;
  /** The source of the bytes. */
  source: MediaSourceInput;
};

/** The source of the bytes. */
export type MediaSourceInput =
  {   /** The bytes in base64, without a data URL around them. */
  base64: string; providerFileId?: never; upload?: never; url?: never; }
  |  { base64?: never;   /** The id of a file that was uploaded to the provider before. */
  providerFileId: string; upload?: never; url?: never; }
  |  { base64?: never; providerFileId?: never;   /** A part of a GraphQL multipart request; over HTTP only, with the header graphql-require-preflight. */
  upload: File; url?: never; }
  |  { base64?: never; providerFileId?: never; upload?: never;   /** An https address. It is passed to the provider if that can fetch it itself. */
  url: string; };

/** One turn of a conversation. */
export type MessageInput =
  {   /** A message of the model. */
  assistant: AssistantMessageInput; system?: never; tool?: never; user?: never; }
  |  { assistant?: never;   /** Instructions. Leading system messages are joined with `system` of the request. */
  system: string; tool?: never; user?: never; }
  |  { assistant?: never; system?: never;   /** The result of a tool call that the model made. */
  tool: ToolResultInput; user?: never; }
  |  { assistant?: never; system?: never; tool?: never;   /** A message of the user: its parts, in order. */
  user: Array<ContentPartInput>; };

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

/** The format of the answer. */
export type OutputFormatInput =
  {   /** Any JSON object. Must be true; the prompt must ask for JSON. */
  json: boolean; schema?: never; text?: never; }
  |  { json?: never;   /** JSON that conforms to a schema. */
  schema: JsonSchemaOutputInput; text?: never; }
  |  { json?: never; schema?: never;   /** Text, which is the default. Must be true. */
  text: boolean; };

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
  budgetTokens?: number | null | undefined;
  /** How much, by name. It is mapped to what the model accepts. Not together with budgetTokens. */
  effort?: ReasoningEffort | null | undefined;
  /** Switches reasoning on or off. */
  enabled?: boolean | null | undefined;
};

/** Reasoning of an earlier turn. */
export type ReasoningPartInput = {
  /** The provider that the reasoning belongs to, as received. A request to another provider is sent without it, with the warning STATE_NOT_PORTABLE. */
  provider?: string | null | undefined;
  /** The provider's opaque state, as received: at most 2 Mi characters. What is no state of the provider in it is left out. */
  signature?: string | null | undefined;
  /** The text, as received. */
  text?: string | null | undefined;
};

/** A tool call of an earlier turn. */
export type ToolCallInput = {
  /** The arguments, as received. */
  arguments: unknown;
  /** The id of the call, as received. */
  callId: string | number;
  /** The name of the tool. */
  name: string;
  /** The provider's opaque state, as received. */
  signature?: string | null | undefined;
};

/** Which tools the model calls. */
export type ToolChoiceInput =
  {   /** The model must call this function. */
  function: string; mode?: never; }
  |  { function?: never;   /** Whether the model calls tools. */
  mode: ToolChoiceMode; };

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
  builtIn: BuiltInTool; function?: never; }
  |  { builtIn?: never;   /** A function of the client. */
  function: FunctionToolInput; };

/** The result of a tool call. */
export type ToolResultInput = {
  /** The call that this is the result of. */
  callId: string | number;
  /** Whether the tool failed; the output then describes the failure. A provider without such a mark gets the output alone. */
  isError?: boolean;
  /** The result: a string is sent as text, anything else as JSON. */
  output: unknown;
};

/** How long answers tend to be. */
export type Verbosity =
  /** Extensive. */
  | 'HIGH'
  /** Short. */
  | 'LOW'
  /** Balanced. */
  | 'MEDIUM';

export type CapabilitiesQueryVariables = Exact<{ [key: string]: never; }>;


export type CapabilitiesQuery = { models: { nodes: Array<{ name: string, apiType: ApiType, contextWindow: number | null, capabilities: { inputModalities: Array<Modality>, reasoning: { efforts: Array<ReasoningEffort> } | null, reasoningCounterpart: { name: string } | null }, pricing: { inputPerMillion: number, outputPerMillion: number } | null }> }, providers: Array<{ displayName: string, configured: boolean, credentialVariable: string | null, models: { totalCount: number } }> };

export type StreamSubscriptionVariables = Exact<{
  input: GenerateInput;
}>;


export type StreamSubscription = { generate:
    | { __typename: 'ActionRequired' }
    | { __typename: 'CitationAdded' }
    | { __typename: 'GenerationCancelled' }
    | { __typename: 'GenerationCompleted', finishReason: FinishReason, generation: { usage: { inputTokens: number | null, outputTokens: number | null } | null } }
    | { __typename: 'GenerationFailed', error: { code: ErrorCode, message: string, retryable: boolean } }
    | { __typename: 'GenerationSnapshot' }
    | { __typename: 'GenerationStarted' }
    | { __typename: 'OutputUpdated' }
    | { __typename: 'ReasoningDelta', text: string }
    | { __typename: 'TextDelta', text: string }
    | { __typename: 'ToolCallDelta' }
    | { __typename: 'ToolCallReady' }
    | { __typename: 'UsageUpdated' }
    | { __typename: 'WarningRaised' }
   };


export const CapabilitiesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"models"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"available"},"value":{"kind":"BooleanValue","value":true}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"apiType"}},{"kind":"Field","name":{"kind":"Name","value":"contextWindow"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputModalities"}},{"kind":"Field","name":{"kind":"Name","value":"reasoning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"efforts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reasoningCounterpart"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputPerMillion"}},{"kind":"Field","name":{"kind":"Name","value":"outputPerMillion"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"configured"}},{"kind":"Field","name":{"kind":"Name","value":"credentialVariable"}},{"kind":"Field","name":{"kind":"Name","value":"models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]}}]} as unknown as DocumentNode<CapabilitiesQuery, CapabilitiesQueryVariables>;
export const StreamDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Stream"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"GenerateInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"generate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ReasoningDelta"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TextDelta"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"GenerationCompleted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"finishReason"}},{"kind":"Field","name":{"kind":"Name","value":"generation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"GenerationFailed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<StreamSubscription, StreamSubscriptionVariables>;