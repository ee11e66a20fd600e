import { MAX_MEDIA_BYTES, type MediaPart } from '../../core/message.ts';
import {
  DOCUMENT_TYPES,
  MEDIA_TYPES,
  type MediaKind,
  mediaTypesOf,
  type ModelConfig,
} from '../../core/model-config.ts';
import { findDocumentType } from '../../lib/document-type.ts';
import { findMediaType } from '../../lib/media-type.ts';

/** Other names of the same formats. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
  ['audio/wave', 'audio/wav'],
  ['audio/x-flac', 'audio/flac'],
  ['audio/m4a', 'audio/mp4'],
  ['audio/x-m4a', 'audio/mp4'],
  ['text/x-markdown', 'text/markdown'],
  ['application/xml', 'text/xml'],
  ['application/csv', 'text/csv'],
  ['text/rtf', 'application/rtf'],
]);

/** One character at a time: a pattern over the whole would run out of stack on some megabytes. */
const NOT_BASE64 = /[^A-Za-z0-9+/]/;

const paddingOf = (base64: string): number => (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

/** Bytes that a base64 text stands for. */
export const decodedLength = (base64: string): number => (base64.length / 4) * 3 - paddingOf(base64);

const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 && !NOT_BASE64.test(text.slice(0, text.length - paddingOf(text)));

/** A media type without its parameters, by the one name used here. */
export const normaliseMediaType = (mediaType: string): string => {
  const plain = mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  return SYNONYMS.get(plain) ?? plain;
};

/** What makes something unfit, and what would be taken in its place; empty: nothing that could be listed. */
export interface MediaProblem {
  readonly problem: string;
  readonly allowed: readonly string[];
}

const tooLarge = (length: number): MediaProblem => ({
  problem: `There are ${length} bytes, more than ${MAX_MEDIA_BYTES}.`,
  allowed: [`at most ${MAX_MEDIA_BYTES} bytes`],
});

/** All formats of the kind, but documents besides PDF only where the model takes some of them. */
export const formatsFor = (
  { type }: Pick<MediaPart, 'type'>,
  { media }: Pick<ModelConfig, 'media'>,
): readonly string[] => {
  const taken = media[type]?.mediaTypes ?? [];
  const own: readonly string[] = MEDIA_TYPES[type];
  return taken.every((mediaType) => own.includes(mediaType)) ? own : mediaTypesOf(type);
};

/** Where nothing but PDF is taken, bytes that are no PDF are not looked into. */
const findDocumentTypeAmong = (
  allowed: readonly string[],
  bytes: Uint8Array,
  declared: string | null,
): string | undefined =>
  allowed.some((mediaType) => DOCUMENT_TYPES.includes(mediaType))
    ? findDocumentType(bytes, declared === null ? null : normaliseMediaType(declared))
    : undefined;

/**
 * What makes bytes unfit for a part, or their media type: read from the bytes, which must agree with the declared one.
 * `allowed`: what the model takes, where that is more than the formats that can be told from their first bytes.
 */
export const checkMediaBytes = (
  kind: MediaKind,
  bytes: Uint8Array,
  declared: string | null,
  allowed: readonly string[] = MEDIA_TYPES[kind],
): { readonly mediaType: string } | MediaProblem => {
  if (bytes.byteLength === 0) return { problem: 'There are no bytes.', allowed };
  if (bytes.byteLength > MAX_MEDIA_BYTES) return tooLarge(bytes.byteLength);
  const mediaType = findMediaType(bytes) ?? findDocumentTypeAmong(allowed, bytes, declared);
  if (mediaType === undefined || !allowed.includes(mediaType))
    return { problem: `The bytes are no ${kind} of a kind that is taken.`, allowed };
  if (declared !== null && normaliseMediaType(declared) !== mediaType)
    return { problem: `The bytes are ${mediaType}, not ${declared}.`, allowed: [mediaType] };
  return { mediaType };
};

/** As `checkMediaBytes`, for bytes in base64; undefined: the text is no base64. */
export const checkMediaBase64 = (
  kind: MediaKind,
  data: string,
  declared: string | null,
  allowed: readonly string[] = MEDIA_TYPES[kind],
): { readonly mediaType: string } | MediaProblem | undefined => {
  if (!isBase64(data)) return undefined;
  // Not decoded before it is known to be small enough.
  const length = decodedLength(data);
  return length > MAX_MEDIA_BYTES
    ? tooLarge(length)
    : checkMediaBytes(kind, Buffer.from(data, 'base64'), declared, allowed);
};
