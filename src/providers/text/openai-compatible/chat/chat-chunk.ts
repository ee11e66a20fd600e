import type { ChatUsage } from '../to-usage.ts';

/** A named function and its arguments, or a piece of either. */
export interface ChatFunction {
  readonly name?: unknown;
  /** JSON as text; MiniMax and Ollama's models may send it as the object that it stands for. */
  readonly arguments?: unknown;
}

/** One fragment of a tool call. Fragments of one call share an index; the first brings id and name. */
export interface ChatToolCallDelta extends ChatFunction {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: ChatFunction | null;
  /** A tool that takes plain text. */
  readonly custom?: { readonly name?: unknown; readonly input?: unknown } | null;
}

/** A citation as OpenAI writes it, with its fields under `url_citation`, or flat, as some servers do. */
export interface ChatAnnotation extends ChatUrlCitation {
  readonly type?: string | null;
  readonly url_citation?: ChatUrlCitation | null;
}

interface ChatUrlCitation {
  readonly url?: string | null;
  readonly title?: string | null;
  readonly start_index?: number | null;
  readonly end_index?: number | null;
}

/** The delta of a chunk and the message of a whole completion: as much of them as is read. */
export interface ChatDelta {
  /** Text, or parts of text and of reasoning. */
  readonly content?: unknown;
  readonly refusal?: string | null;
  /** Groq's and OpenRouter's name for reasoning text. */
  readonly reasoning?: unknown;
  /** DeepSeek's name for it. */
  readonly reasoning_content?: unknown;
  /** Other servers' names for it. */
  readonly thinking?: unknown;
  readonly reasoning_text?: unknown;
  /** OpenRouter's list of it. */
  readonly reasoning_details?: unknown;
  /** Fragments of calls, or whole ones, in a list; a server may send a single one without it. */
  readonly tool_calls?: unknown;
  /** OpenAI's form before there were tool calls. */
  readonly function_call?: ChatFunction | null;
  readonly annotations?: readonly (ChatAnnotation | null)[] | null;
}

export interface ChatChoice {
  readonly index?: number | null;
  readonly delta?: ChatDelta | null;
  /** In a whole completion; some servers send it in chunks too, in place of the delta or beside it. */
  readonly message?: ChatDelta | null;
  /** Of the API before there were chats. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  /** Moonshot: the chunk's usage. */
  readonly usage?: unknown;
  /** OpenRouter: the word of the provider behind it. */
  readonly native_finish_reason?: unknown;
  /** OpenRouter: why the provider behind it failed. */
  readonly error?: unknown;
}

/** A chunk as any compatible vendor may send it: everything may be missing. */
export interface ChatChunk {
  readonly choices?: readonly (ChatChoice | null)[] | null;
  readonly usage?: ChatUsage | null;
  /** Perplexity and xAI: addresses of the pages that the answer rests on, in every chunk. */
  readonly citations?: unknown;
  /** How the request was processed, in the vendor's own word. */
  readonly service_tier?: unknown;
  /** Groq: usage on the last chunk, and a failure in mid-stream as a chunk like any other. */
  readonly x_groq?: { readonly usage?: ChatUsage | null; readonly error?: unknown } | null;
  readonly error?: unknown;
}

/** A whole completion, to be read as its only chunk. */
export type ChatCompletionBody = ChatChunk;
