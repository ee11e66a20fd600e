import type { BatchOperations } from '../../../core/vendor-batch.ts';
import type { BuiltInTool, ModelConfig } from '../../../core/model-config.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
import type { OutputFormat, TextRequest, ToolChoice } from '../../../core/text-request.ts';
import type { BatchContext } from './batch/batch-context.ts';
import type { convertToResponsesFormat } from './responses/convert-to-responses-format.ts';
import type { ReasoningReplay } from './reasoning-replay.ts';
import type { UsageCounting } from './to-usage.ts';

/** Fields of a request body, in the vendor's own words. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** How one vendor's Chat Completions differs from OpenAI's. */
export interface ChatDialect extends ReasoningReplay {
  /** The field that limits the output. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens';
  /** What is said of reasoning above, where it depends on the request. */
  readonly replayFor?: (request: TextRequest) => ReasoningReplay;
  /** What asks for reasoning, or switches it off. */
  readonly reasoningFields: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** What asks for the prompt to be cached, or not to be; left out: the vendor has no such field. */
  readonly cacheFields?: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** `stream_options` beside `include_usage`; null: none is sent, and a stream may report no usage. */
  readonly streamOptions: RequestFields | null;
  /**
   * Whether `reasoningFields` ask for reasoning apart from the text. Left out: what a model with `reasoningTags` writes
   * between its tags is separated here.
   */
  readonly asksForReasoningApart?: boolean;
  /** Events of what only this vendor has in a delta; called once per delta, after its text was read. */
  readonly readDelta?: (delta: Readonly<Record<string, unknown>>) => Iterable<StreamEvent>;
  readonly usage: UsageCounting;
}

/** How one vendor's Responses API differs from OpenAI's. */
export interface ResponsesDialect {
  /** Whether it has an endpoint that counts the input of a request. Left out: no. */
  readonly countsInputTokens?: boolean;
  /** Fields of every request: storage, mostly. A vendor may answer 400 to a field it does not know. */
  readonly fields: RequestFields;
  /** `stream_options`; null: none is sent. */
  readonly streamOptions: RequestFields | null;
  /** What asks for reasoning, or switches it off, and for what is needed to send it back. */
  readonly reasoningFields: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** What asks for the prompt to be cached, or not to be; left out: the vendor has no such field. */
  readonly cacheFields?: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** `include` for the request's built-in tools. */
  readonly includeFor: (request: TextRequest) => readonly string[];
  /** The conversation, where this vendor takes it otherwise. */
  readonly convertToResponsesFormat?: typeof convertToResponsesFormat;
  /** A built-in tool as this vendor names it; undefined: as OpenAI does. */
  readonly toBuiltInTool?: (tool: BuiltInTool) => RequestFields | undefined;
  /** `tool_choice`, where this vendor's differs; undefined: none is sent. */
  readonly toToolChoice?: (choice: ToolChoice) => string | RequestFields | undefined;
  /** What asks for JSON, where it is not `text.format`. */
  readonly outputFields?: (output: OutputFormat) => RequestFields;
  /**
   * Events of output items only this vendor has; called once per finished item that is read as nothing else, with its
   * position in the output.
   */
  readonly readItem?: (item: Readonly<Record<string, unknown>>, index: number) => Iterable<StreamEvent>;
  readonly usage: UsageCounting;
}

/** A vendor that speaks OpenAI's APIs. null: it does not have that one. */
export interface OpenAICompatibleVendor {
  /** The registration name. */
  readonly name: string;
  /** Where its API is unless a connection says otherwise, version path included. */
  readonly baseUrl: string;
  readonly chat: ChatDialect | null;
  readonly responses: ResponsesDialect | null;
  /** Its batch API, for one model; left out: it has none. */
  readonly createBatchOperations?: (context: BatchContext) => BatchOperations;
}
