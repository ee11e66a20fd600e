import type { ResponsesUsage } from '../to-usage.ts';

export interface ResponsesAnnotation {
  readonly type?: string | null;
  readonly url?: string | null;
  readonly title?: string | null;
  readonly start_index?: number | null;
  readonly end_index?: number | null;
}

export interface ResponsesContentPart {
  readonly type?: string | null;
  readonly text?: string | null;
  readonly refusal?: string | null;
  readonly annotations?: readonly (ResponsesAnnotation | null)[] | null;
}

/** One item of a response's output: as much of it as is read. Which fields it has depends on its type. */
export interface ResponsesItem {
  readonly type?: string | null;
  readonly id?: string | null;
  readonly status?: string | null;
  readonly call_id?: string | null;
  readonly name?: string | null;
  /** Of a message: which kind of text it is. */
  readonly phase?: string | null;
  /** JSON as text; some servers send the object that it stands for. */
  readonly arguments?: unknown;
  /** Of a custom tool: plain text. */
  readonly input?: unknown;
  /** Parts; a plain text from some servers. */
  readonly content?: readonly (ResponsesContentPart | null)[] | string | null;
  readonly summary?: readonly (ResponsesContentPart | null)[] | null;
  readonly action?: unknown;
  readonly code?: string | null;
  readonly container_id?: string | null;
  readonly outputs?: unknown;
}

export interface ResponsesBody {
  readonly status?: string | null;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: string | null } | null;
  readonly output?: readonly (ResponsesItem | null)[] | null;
  readonly usage?: ResponsesUsage | null;
  /** How the request was processed, in the vendor's own word. */
  readonly service_tier?: unknown;
  /** OpenAI: searches that are billed. */
  readonly tool_usage?: { readonly web_search?: { readonly num_requests?: unknown } | null } | null;
}

/** One event of a response stream as any compatible vendor may send it. Which fields it has depends on its type. */
export interface ResponsesEvent {
  readonly type?: string | null;
  readonly delta?: unknown;
  /** The whole of what the deltas before it have said. */
  readonly text?: string | null;
  readonly refusal?: string | null;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly part?: ResponsesContentPart | null;
  readonly item?: ResponsesItem | null;
  readonly output_index?: number | null;
  /** Of the item that a delta belongs to. */
  readonly item_id?: string | null;
  readonly content_index?: number | null;
  readonly summary_index?: number | null;
  readonly annotation?: ResponsesAnnotation | null;
  readonly annotation_index?: number | null;
  readonly response?: ResponsesBody | null;
}
