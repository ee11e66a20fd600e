import type { ModelConfig } from '../../../core/model-config.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { UsageCounting } from './to-usage.ts';

/** Fields of a request body, in the vendor's own words. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** How one vendor's Chat Completions differs from OpenAI's. */
export interface ChatDialect {
  /** The field that limits the output. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens';
  /** The field of an assistant message that carries its earlier reasoning; null: it is not sent back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null;
  /** What asks for reasoning, or switches it off. */
  readonly reasoningFields: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** `stream_options` beside `include_usage`. */
  readonly streamOptions: RequestFields;
  readonly usage: UsageCounting;
}

/** How one vendor's Responses API differs from OpenAI's. */
export interface ResponsesDialect {
  /** Fields of every request: storage, mostly. A vendor may answer 400 to a field it does not know. */
  readonly fields: RequestFields;
  /** `stream_options`; null: none is sent. */
  readonly streamOptions: RequestFields | null;
  /** What asks for reasoning, or switches it off, and for what is needed to send it back. */
  readonly reasoningFields: (request: TextRequest, config: ModelConfig) => RequestFields;
  /** `include` for the request's built-in tools. */
  readonly includeFor: (request: TextRequest) => readonly string[];
  /** Events of output items only this vendor has; called once per finished item that nobody else reads. */
  readonly readItem?: (item: Readonly<Record<string, unknown>>) => Iterable<StreamEvent>;
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
}
