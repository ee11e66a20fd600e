import type { ChatUsage } from '../to-usage.ts';

/** One fragment of a tool call. Fragments of one call share an index; the first brings id and name. */
export interface ChatToolCallDelta {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null } | null;
}

export interface ChatAnnotation {
  readonly type?: string | null;
  readonly url_citation?: {
    readonly url?: string | null;
    readonly title?: string | null;
    readonly start_index?: number | null;
    readonly end_index?: number | null;
  } | null;
}

/** The delta of a chunk and the message of a whole completion: as much of them as is read. */
export interface ChatDelta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  /** Groq's and OpenRouter's name for reasoning text. */
  readonly reasoning?: unknown;
  /** DeepSeek's name for it. */
  readonly reasoning_content?: unknown;
  readonly tool_calls?: readonly ChatToolCallDelta[] | null;
  readonly annotations?: readonly ChatAnnotation[] | null;
}

export interface ChatChoice {
  readonly index?: number | null;
  readonly delta?: ChatDelta | null;
  readonly finish_reason?: string | null;
}

/** A chunk as any compatible vendor may send it: everything may be missing. */
export interface ChatChunk {
  readonly choices?: readonly ChatChoice[] | null;
  readonly usage?: ChatUsage | null;
  /** Groq: usage on the last chunk, and a failure in mid-stream as a chunk like any other. */
  readonly x_groq?: { readonly usage?: ChatUsage | null; readonly error?: unknown } | null;
}

/** A whole completion, to be read as its only chunk. */
export interface ChatCompletionBody {
  readonly choices?:
    | readonly {
        readonly index?: number | null;
        readonly message?: ChatDelta | null;
        readonly finish_reason?: string | null;
      }[]
    | null;
  readonly usage?: ChatUsage | null;
  readonly x_groq?: ChatChunk['x_groq'];
}
