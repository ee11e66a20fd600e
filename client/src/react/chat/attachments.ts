import { ModelgraphError } from '../../modelgraph-error.ts';
import type { ContentPartInput, MediaInput } from '../../schema-types.ts';
import type { FilePart } from './chat-message.ts';

/** Media of one request up to this go along as text; beyond it they are uploaded, as a WebSocket message has its limit. */
const INLINE_BASE64_CHARACTERS = 1_000_000;

const readDataUrl = (file: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The file could not be read.')));
    reader.readAsDataURL(file);
  });

const unreadable = (file: File) => (cause: unknown) => {
  const message = `The file ${file.name} could not be read. It may have been moved or changed since it was chosen.`;
  throw new ModelgraphError(message, { code: 'INVALID_REQUEST', suggestion: 'Attach it again.', cause });
};

/** Reads a file of a person. Rejects where it has gone or may not be read. */
export const toFilePart = async (file: File): Promise<FilePart> => ({
  type: 'file',
  state: 'done',
  filename: file.name,
  mediaType: file.type === '' ? 'application/octet-stream' : file.type,
  sizeBytes: file.size,
  dataUrl: await readDataUrl(file).catch(unreadable(file)),
});

const base64Of = (dataUrl: string): string => dataUrl.slice(dataUrl.indexOf(',') + 1);

const toFile = ({ filename, mediaType }: FilePart, base64: string): File =>
  new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], filename, {
    type: mediaType,
  });

const toMedia = (part: FilePart, base64: string, inline: boolean): MediaInput => ({
  source: inline ? { base64 } : { upload: toFile(part, base64) },
  mediaType: part.mediaType,
});

const toContentPart = (part: FilePart, media: MediaInput): ContentPartInput => {
  if (part.mediaType.startsWith('image/')) return { image: media };
  if (part.mediaType.startsWith('audio/')) return { audio: media };
  return { file: { ...media, filename: part.filename } };
};

export type FileConverter = (part: FilePart) => readonly ContentPartInput[];

/** For the files of one request. A file whose bytes were not kept is named to the model, so that the conversation still makes sense. */
export const createFileConverter = (files: readonly FilePart[]): FileConverter => {
  const characters = files.reduce((sum, { dataUrl }) => sum + (dataUrl?.length ?? 0), 0);
  const inline = characters <= INLINE_BASE64_CHARACTERS;
  return (part) =>
    part.dataUrl === null
      ? [{ text: `[The file ${part.filename} is no longer attached.]` }]
      : [toContentPart(part, toMedia(part, base64Of(part.dataUrl), inline))];
};
