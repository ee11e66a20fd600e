import { findEnding } from '../../../lib/document-type.ts';
import { findMediaTypeOfBase64 } from '../../../lib/media-type.ts';

/** A data URL of an image; a type that was not declared is read from its first bytes. */
export const toImageDataUrl = (data: string, mediaType: string | null): string =>
  toDataUrl(data, mediaType ?? findMediaTypeOfBase64(data) ?? 'image/png');

export const toDataUrl = (data: string, mediaType: string): string => `data:${mediaType};base64,${data}`;

/** The name a file sent as bytes has to have. */
export const toFilename = (filename: string | null, mediaType: string): string =>
  filename ?? `file.${findEnding(mediaType) ?? /\/([a-z0-9]+)/i.exec(mediaType)?.[1] ?? 'bin'}`;
