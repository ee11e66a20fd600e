/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What the model said in an earlier turn. */
export type AssistantMessageInput = {
  /** Its reasoning, for models that want it back. */
  reasoning?: Array<ReasoningPartInput> | null | undefined;
  /** Its text. */
  text?: string | null | undefined;
  /** The tool calls it made, built-in ones left out. */
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
  {   /** Sound: WAV, MP3, FLAC, Ogg or MP4. */
  audio: MediaInput; file?: never; image?: never; text?: never; }
  |  { audio?: never;   /** A PDF document. */
  file: MediaInput; image?: never; text?: never; }
  |  { audio?: never; file?: never;   /** A PNG, JPEG, GIF or WebP image. */
  image: MediaInput; text?: never; }
  |  { audio?: never; file?: never; image?: never;   /** Text. */
  text: string; };

/** What went wrong. Switch on it, never on a message. */
export type ErrorCode =
  /** Your budget on this server is used up. Not worth retrying unchanged. */
  | 'BUDGET_EXCEEDED'
  /** The provider's filter stopped the generation before any text. Not worth retrying unchanged. */
  | 'CONTENT_FILTERED'
  /** The request does not fit the model's context window. Not worth retrying unchanged. */
  | 'CONTEXT_LENGTH_EXCEEDED'
  /** The credentials do not allow this. Not worth retrying unchanged. */
  | 'FORBIDDEN'
  /** The generation was cancelled: by its client, or because nobody followed it any more. Not worth retrying unchanged. */
  | 'GENERATION_CANCELLED'
  /** This server stopped before the generation was complete. The same request may succeed later. */
  | 'GENERATION_INTERRUPTED'
  /** A defect of this server. Not worth retrying unchanged. */
  | 'INTERNAL'
  /** The request makes no sense for any model. Not worth retrying unchanged. */
  | 'INVALID_REQUEST'
  /** No model, alias or upstream id has this name. Not worth retrying unchanged. */
  | 'MODEL_NOT_FOUND'
  /** There is no such object, or it is not yours. Not worth retrying unchanged. */
  | 'NOT_FOUND'
  /** The provider refused this server's credentials. Not worth retrying unchanged. */
  | 'PROVIDER_AUTHENTICATION'
  /** The provider failed, or answered something that cannot be read. The same request may succeed later. */
  | 'PROVIDER_FAILED'
  /** The provider's credentials are not set on this server. Not worth retrying unchanged. */
  | 'PROVIDER_NOT_CONFIGURED'
  /** The provider has no capacity at the moment. The same request may succeed later. */
  | 'PROVIDER_OVERLOADED'
  /** The provider limits the rate of requests, or its quota is used up. The same request may succeed later. */
  | 'PROVIDER_RATE_LIMITED'
  /** The provider found the request invalid. Not worth retrying unchanged. */
  | 'PROVIDER_REJECTED'
  /** The provider did not answer in time. The same request may succeed later. */
  | 'PROVIDER_TIMEOUT'
  /** This server limits how often you may ask. The same request may succeed later. */
  | 'RATE_LIMITED'
  /** The server cannot do this now because its database is away. Send the request again later. The same request may succeed later. */
  | 'SERVICE_UNAVAILABLE'
  /** The provider's stream went silent. Text so far is kept. The same request may succeed later. */
  | 'STREAM_STALLED'
  /** The provider's stream ended before the generation was complete. Text so far is kept. The same request may succeed later. */
  | 'STREAM_TRUNCATED'
  /** The request carries no valid credentials for this server. Not worth retrying unchanged. */
  | 'UNAUTHENTICATED'
  /** The model does not take something the request asks for. Not worth retrying unchanged. */
  | 'UNSUPPORTED_CAPABILITY';

/** Why a generation came to its end. */
export type FinishReason =
  /** The provider's filter, or the model's refusal, ended the text. */
  | 'CONTENT_FILTER'
  /** The cost limit of the request was reached. */
  | 'COST_LIMIT'
  /** The output limit or the context window was reached. */
  | 'LENGTH'
  /** Something else: see `rawFinishReason`. */
  | 'OTHER'
  /** The model had finished. */
  | 'STOP'
  /** The model wants tools to be called. */
  | 'TOOL_CALLS';

/** A function of the client's that the model may call. */
export type FunctionToolInput = {
  /** What it does and when to call it. */
  description?: string | null | undefined;
  /** Its name: 1 to 64 letters, digits, _ and -. */
  name: string;
  /** Its parameters as a JSON Schema (draft 2020-12) of an object. */
  parameters: unknown;
  /** Hold the arguments to the schema, where the provider can. */
  strict?: boolean | null | undefined;
};

/** A request for text. The same for every provider; what a model does not take is never dropped in silence. */
export type GenerateInput = {
  /** How long the provider should keep the prompt for the next request that begins the same. */
  cache?: PromptCache;
  /** Models to ask instead, in this order, while nothing has come and the failure may pass. Each must take the request as it is. */
  fallbackModels?: Array<string> | null | undefined;
  /** Pushes against repetition. */
  frequencyPenalty?: number | null | undefined;
  /** Stops the generation with the finish reason COST_LIMIT once it has cost more US dollars than this, by what the provider tells or, until it does, by an estimate. */
  maxCostUsd?: number | null | undefined;
  /** Upper limit of the output, reasoning included. `Model.defaultMaxOutputTokens` when left out. */
  maxOutputTokens?: number | null | undefined;
  /** The conversation, oldest turn first. */
  messages?: Array<MessageInput> | null | undefined;
  /** The caller's own: returned with the generation or the item of a batch, never sent to a provider. */
  metadata?: unknown;
  /** Name, alias or upstream id of the model. */
  model: string;
  /** What becomes of it when nobody follows it any more. */
  onDisconnect?: OnDisconnect;
  /** What to do about something the model does not take. */
  onUnsupported?: OnUnsupported;
  /** The form the answer takes. */
  output?: OutputFormatInput | null | undefined;
  /** Whether it may call several tools in one turn. */
  parallelToolCalls?: boolean | null | undefined;
  /** Pushes towards new topics. */
  presencePenalty?: number | null | undefined;
  /** Short for one user message. Exactly one of prompt and messages. */
  prompt?: string | null | undefined;
  /** An object put over the body of the provider's request, field by field, for what this schema does not name yet. */
  providerOptions?: unknown;
  /** How much the model should reason. */
  reasoning?: ReasoningInput | null | undefined;
  /** For repeatable sampling, as far as the provider keeps to it. */
  seed?: number | null | undefined;
  /** Texts that end the output. */
  stopSequences?: Array<string> | null | undefined;
  /** Instructions for the whole conversation. */
  system?: string | null | undefined;
  /** Randomness. Its range: `Model.parameters`. */
  temperature?: number | null | undefined;
  /** Longest time for the whole generation, in milliseconds. At most what the server allows. */
  timeoutMs?: number | null | undefined;
  /** Which of the tools it calls. */
  toolChoice?: ToolChoiceInput | null | undefined;
  /** What the model may call. Built-in tools are used only if named here. */
  tools?: Array<ToolInput> | null | undefined;
  /** How many candidate tokens are considered. */
  topK?: number | null | undefined;
  /** Nucleus sampling. */
  topP?: number | null | undefined;
  /** How long answers tend to be. */
  verbosity?: Verbosity | null | undefined;
};

/** How closely an image is looked at. */
export type ImageDetail =
  /** As the provider sees fit. */
  | 'AUTO'
  /** Closely, for more tokens. */
  | 'HIGH'
  /** Roughly, for few tokens. */
  | 'LOW';

/** JSON that keeps to a schema. */
export type JsonSchemaOutputInput = {
  /** A name for the schema: 1 to 64 letters, digits, _ and -. */
  name: string;
  /** The JSON Schema (draft 2020-12) of an object. */
  schema: unknown;
  /** Hold the model to it while it writes, where the provider can. */
  strict?: boolean;
};

/** An image, a sound or a document. Bytes are at most 20 MiB, and their kind is told from themselves. */
export type MediaInput = {
  /** How closely an image is looked at. */
  detail?: ImageDetail | null | undefined;
  /** The name a document is shown to the model under. */
  filename?: string | null | undefined;
  /** What they are, where that is known: `image/png`. Must agree with them. */
  mediaType?: string | null | undefined;
  /** Where the bytes come from. */
  source: MediaSourceInput;
};

/** Where the bytes come from. */
export type MediaSourceInput =
  {   /** The bytes in base64, without a data URL around them. */
  base64: string; providerFileId?: never; upload?: never; url?: never; }
  |  { base64?: never;   /** The id of a file that is at the provider's already. */
  providerFileId: string; upload?: never; url?: never; }
  |  { base64?: never; providerFileId?: never;   /** A part of a GraphQL multipart request; over HTTP only, with the header graphql-require-preflight. */
  upload: File; url?: never; }
  |  { base64?: never; providerFileId?: never; upload?: never;   /** An https address. Given to the provider where it can fetch it itself. */
  url: string; };

/** One turn of a conversation. */
export type MessageInput =
  {   /** What the model said. */
  assistant: AssistantMessageInput; system?: never; tool?: never; user?: never; }
  |  { assistant?: never;   /** Instructions. Leading ones are joined with `system` of the request. */
  system: string; tool?: never; user?: never; }
  |  { assistant?: never; system?: never;   /** What came of a tool call the model made. */
  tool: ToolResultInput; user?: never; }
  |  { assistant?: never; system?: never; tool?: never;   /** What the user said, in order. */
  user: Array<ContentPartInput>; };

/** A kind of content. */
export type Modality =
  /** Sound. */
  | 'AUDIO'
  /** Documents such as PDF. */
  | 'FILE'
  /** Still images. */
  | 'IMAGE'
  /** Text. */
  | 'TEXT'
  /** Moving images. */
  | 'VIDEO';

/** What becomes of a generation that nobody follows any more. */
export type OnDisconnect =
  /** It is cancelled once nobody has followed it for a grace period, so that a connection that was lost can resume. */
  | 'CANCEL'
  /** It runs on to its end. */
  | 'CONTINUE';

/** What to do about something the model does not take. */
export type OnUnsupported =
  /** Leave it out, or take the nearest there is, and say so in a warning. */
  | 'DROP_WITH_WARNING'
  /** Refuse the request before a provider is called. */
  | 'REJECT';

/** The form the answer takes. */
export type OutputFormatInput =
  {   /** Any JSON object. Must be true; say in the prompt that JSON is wanted. */
  json: boolean; schema?: never; text?: never; }
  |  { json?: never;   /** JSON that keeps to a schema. */
  schema: JsonSchemaOutputInput; text?: never; }
  |  { json?: never; schema?: never;   /** Text, as when nothing is asked for. Must be true. */
  text: boolean; };

/** How long the provider should keep the prompt for the next request that begins the same. */
export type PromptCache =
  /** For an hour or more, where the provider can be asked for it. */
  | 'LONG'
  /** Not at all, where the provider can be asked for that. */
  | 'OFF'
  /** As the provider does when nothing is said. */
  | 'PROVIDER_DEFAULT'
  /** For minutes, where the provider can be asked for it. */
  | 'SHORT';

/** How much a model reasons before it answers, from none to all it can. Which of them a model takes: `Model.capabilities.reasoning.efforts`. */
export type ReasoningEffort =
  /** Much: harder problems. */
  | 'HIGH'
  /** Little: fast answers. */
  | 'LOW'
  /** Without regard to time and cost. */
  | 'MAX'
  /** Balanced. */
  | 'MEDIUM'
  /** As little as the model can. */
  | 'MINIMAL'
  /** No reasoning. */
  | 'NONE'
  /** Very much. */
  | 'XHIGH';

/** How much the model should reason. Leave it out to leave that to the model. */
export type ReasoningInput = {
  /** How much, in tokens, for models that take a budget. */
  budgetTokens?: number | null | undefined;
  /** How much, by name. Mapped to what the model takes. Not together with budgetTokens. */
  effort?: ReasoningEffort | null | undefined;
  /** Switches reasoning on or off. */
  enabled?: boolean | null | undefined;
};

/** Reasoning of an earlier turn. */
export type ReasoningPartInput = {
  /** The provider's opaque state, as received. */
  signature?: string | null | undefined;
  /** Its text, as received. */
  text?: string | null | undefined;
};

/** A tool call of an earlier turn. */
export type ToolCallInput = {
  /** Its arguments, as received. */
  arguments: unknown;
  /** Its id, as received. */
  callId: string | number;
  /** The tool. */
  name: string;
  /** The provider's opaque state, as received. */
  signature?: string | null | undefined;
};

/** Which tools the model calls. */
export type ToolChoiceInput =
  {   /** It calls this function. */
  function: string; mode?: never; }
  |  { function?: never;   /** Whether it calls any. */
  mode: ToolChoiceMode; };

/** Whether the model calls tools. */
export type ToolChoiceMode =
  /** As it sees fit. */
  | 'AUTO'
  /** Never. */
  | 'NONE'
  /** At least one. */
  | 'REQUIRED';

/** Something the model may call. */
export type ToolInput =
  {   /** A tool the provider runs itself. It may cost extra. */
  builtIn: BuiltInTool; function?: never; }
  |  { builtIn?: never;   /** A function of the client's. */
  function: FunctionToolInput; };

/** What came of a tool call. */
export type ToolResultInput = {
  /** The call it answers. */
  callId: string | number;
  /** The tool failed; the output says how. */
  isError?: boolean;
  /** The result: text as it is, anything else as JSON. */
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


export type CapabilitiesQuery = { models: { totalCount: number, nodes: Array<{ name: string, contextWindow: number | null, capabilities: { inputModalities: Array<Modality>, reasoning: { efforts: Array<ReasoningEffort> } | null }, pricing: { inputPerMillion: number, outputPerMillion: number } | null }> } };

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
    | { __typename: 'ReasoningDelta', text: string }
    | { __typename: 'TextDelta', text: string }
    | { __typename: 'ToolCallDelta' }
    | { __typename: 'ToolCallReady' }
    | { __typename: 'UsageUpdated' }
    | { __typename: 'WarningRaised' }
   };


export const CapabilitiesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"models"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"available"},"value":{"kind":"BooleanValue","value":true}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"contextWindow"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputModalities"}},{"kind":"Field","name":{"kind":"Name","value":"reasoning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"efforts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputPerMillion"}},{"kind":"Field","name":{"kind":"Name","value":"outputPerMillion"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CapabilitiesQuery, CapabilitiesQueryVariables>;
export const StreamDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Stream"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"GenerateInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"generate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ReasoningDelta"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TextDelta"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"GenerationCompleted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"finishReason"}},{"kind":"Field","name":{"kind":"Name","value":"generation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"GenerationFailed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<StreamSubscription, StreamSubscriptionVariables>;