import type { Part } from '@google/genai/web';
import type { MediaSource } from '../../../../core/message.ts';
import type { MediaKind } from '../../../../core/model-config.ts';
import { findDocumentTypeOfName } from '../../../../lib/document-type.ts';
import { findMediaTypeOfBase64 } from '../../../../lib/media-type.ts';

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['flac', 'audio/flac'],
  ['pdf', 'application/pdf'],
  ['mp4', 'video/mp4'],
  ['webm', 'video/webm'],
  ['mov', 'video/quicktime'],
]);

const USUAL: Readonly<Record<MediaKind, string>> = {
  image: 'image/png',
  audio: 'audio/wav',
  file: 'application/pdf',
};

const FILES_URI = 'https://generativelanguage.googleapis.com/v1beta/files/';

/**
 * Bytes go inline; anything with an address goes by reference, fetched by the vendor. A type that was not
 * declared is read from the first bytes or the address: inline data has to have one.
 */
export const toMediaPart = (kind: MediaKind, source: MediaSource, mediaType: string | null): Part => {
  switch (source.type) {
    case 'base64': {
      const mimeType = mediaType ?? findMediaTypeOfBase64(source.data) ?? USUAL[kind];
      return { inlineData: { mimeType, data: source.data } };
    }
    case 'url':
      return toFilePart(source.url, mediaType ?? findTypeOfUrl(source.url));
    case 'provider-file':
      return toFilePart(toFileUri(source.fileId), mediaType);
  }
};

const toFilePart = (fileUri: string, mimeType: string | null): Part => ({
  fileData: { fileUri, ...(mimeType !== null && { mimeType }) },
});

const findTypeOfUrl = (url: string): string | null =>
  EXTENSIONS.get(extensionOf(url)) ?? findDocumentTypeOfName(`.${extensionOf(url)}`) ?? null;

const extensionOf = (url: string): string => {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
};

/** The Files API names a file `files/abc`; a request has to give its whole address. */
const toFileUri = (fileId: string): string =>
  fileId.includes('://') ? fileId : `${FILES_URI}${fileId.replace(/^files\//, '')}`;
