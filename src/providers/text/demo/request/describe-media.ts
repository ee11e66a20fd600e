import type { MediaPart } from '../../../../core/message.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { findMediaTypeOfBase64 } from '../../../../lib/media-type.ts';
import { readAudioSeconds } from '../../../../lib/read-audio-seconds.ts';
import { readImageSize } from '../../../../lib/read-image-size.ts';
import { echo } from './answer.ts';

const NAMES = { image: 'image', audio: 'recording', file: 'document' } as const;

const toSize = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
};

const describeShape = (width: number, height: number): string => {
  const shape = width === height ? 'square' : width > height ? 'landscape' : 'portrait';
  return `${width} × ${height} pixels (${shape})`;
};

const describeContent = (part: MediaPart, bytes: Buffer): readonly string[] => {
  switch (part.type) {
    case 'image': {
      const size = readImageSize(bytes);
      return size === undefined ? ['of unreadable dimensions'] : [describeShape(size.width, size.height)];
    }
    case 'audio':
      return [`about ${readAudioSeconds(bytes, bytes.length).toFixed(1)} seconds long`];
    case 'file':
      return part.filename === null ? [] : [`named \`${part.filename.replaceAll('`', "'")}\``];
  }
};

const describe = (part: MediaPart): string => {
  // An address is fetched by this server before the demo is asked, so this is the bytes alone.
  if (part.source.type !== 'base64') return `${NAMES[part.type]}: given by reference, so not opened`;
  const bytes = Buffer.from(part.source.data, 'base64');
  const mediaType = findMediaTypeOfBase64(part.source.data) ?? part.mediaType ?? 'of an unknown type';
  return [`${NAMES[part.type]}: ${mediaType}`, ...describeContent(part, bytes), toSize(bytes.length)].join(
    ', ',
  );
};

/** What came with the last user message, by its own bytes: no more is claimed than they say. */
export const describeMedia = (request: TextRequest): string => {
  const last = request.messages.findLast((message) => message.role === 'user');
  const media = (last?.parts ?? []).filter((part) => part.type !== 'text');
  if (media.length === 0)
    return `${echo(request)}\n\nNo image, recording or document came with it. Attach one, and the demo reads its format, dimensions and size.`;
  const lines = media.map((part, index) => `${index + 1}. ${describe(part)}`);
  return `${echo(request)}\n\nIt came with:\n\n${lines.join('\n')}\n\n*Read from the bytes by a script. What they show, only a model can see.*`;
};
