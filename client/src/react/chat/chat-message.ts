import type { TextPart, ToolPart } from '../../generation-snapshot.ts';
import type { Citation, Cost, FinishReason, MessageInput, Usage, Warning } from '../../schema-types.ts';

export interface FilePart {
  readonly type: 'file';
  readonly state: 'done';
  readonly filename: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** The bytes as a data URL; null once the storage had no room for them, and they are sent no more. */
  readonly dataUrl: string | null;
}
/** A source of the answer; its indices are places in the text of the message, in UTF-16 code units. */
export type CitationPart = Citation & { readonly type: 'citation'; readonly state: 'done' };

/** Text and reasoning are `streaming` or `done`; a tool call is `streaming`, `ready` (it runs, or waits for a person) or `answered`. */
export type ChatPart = TextPart | ToolPart | FilePart | CitationPart;

/** A failure in a form that can be kept. */
export interface ChatFailure {
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly path?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

export interface ChatMetadata {
  /** The name of the model that answered, which an alias or a fallback may have led to. */
  readonly model?: string | undefined;
  readonly generationId?: string | undefined;
  readonly usage?: Usage | null | undefined;
  readonly cost?: Cost | null | undefined;
  /** Milliseconds from the provider's call to the first piece of the answer. */
  readonly firstDeltaMs?: number | null | undefined;
  readonly finishReason?: FinishReason | null | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  readonly error?: ChatFailure | undefined;
}

export interface ChatMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** The message that this one answers or follows; null for a first one. Messages with the same parent are branches. */
  readonly parentId: string | null;
  readonly parts: readonly ChatPart[];
  readonly status: 'streaming' | 'done' | 'stopped' | 'failed';
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  readonly metadata: ChatMetadata;
  /** What an answer added to the conversation, as the next request takes it, with the model's opaque state. */
  readonly turns?: readonly MessageInput[] | undefined;
}

export const toText = ({ parts }: Pick<ChatMessage, 'parts'>): string =>
  parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
