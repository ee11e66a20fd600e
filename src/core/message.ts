import type { JsonValue } from './json.ts';

/** Largest image, sound or document, once decoded. */
export const MAX_MEDIA_BYTES = 20 * 1024 * 1024;

/** Where bytes come from. A file path is never one of them. */
export type MediaSource =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'base64'; readonly data: string }
  | { readonly type: 'provider-file'; readonly fileId: string };

export type ImageDetail = 'auto' | 'low' | 'high';

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}
export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  readonly mediaType: string | null;
  readonly detail: ImageDetail | null;
}
export interface AudioPart {
  readonly type: 'audio';
  readonly source: MediaSource;
  readonly mediaType: string | null;
}
export interface FilePart {
  readonly type: 'file';
  readonly source: MediaSource;
  readonly mediaType: string | null;
  readonly filename: string | null;
}

/**
 * Largest opaque state of one part, in UTF-16 code units. Beyond it state is neither taken from a client nor given to one.
 * The largest recorded one, of a turn with ten web searches, has 230,000.
 */
export const MAX_OPAQUE_LENGTH = 2 * 1024 * 1024;

/**
 * Reasoning of an earlier turn. `opaque` is vendor state (a signature, encrypted text): carried, never shown, never read.
 * An API that has a place for reasoning is sent it back; any other one is not.
 */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string | null;
  readonly opaque: string | null;
  /** Registration name of the provider whose reasoning and state it is; left out: not known. */
  readonly provider?: string;
}
export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly callId: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly opaque: string | null;
}

export type MediaPart = ImagePart | AudioPart | FilePart;
export type UserPart = TextPart | MediaPart;
export type AssistantPart = ReasoningPart | TextPart | ToolCallPart;

export interface SystemMessage {
  readonly role: 'system';
  readonly text: string;
}
export interface UserMessage {
  readonly role: 'user';
  readonly parts: readonly UserPart[];
}
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly parts: readonly AssistantPart[];
}
/** `isError` is sent to an API that has a mark for it (Messages, generateContent); any other API has the output alone. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly callId: string;
  readonly output: JsonValue;
  readonly isError: boolean;
}

/** One turn of a conversation, in no vendor's format. The order of parts is the order they were given in. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
