import {
  type AudioPart,
  type FilePart,
  type ImagePart,
  MAX_MEDIA_BYTES,
  type Message,
  type UserPart,
} from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { findMediaType } from '../../lib/media-type.ts';
import type { Findings } from './findings.ts';

type MediaPart = ImagePart | AudioPart | FilePart;

/** Most images, sounds and documents of one request: each may be fetched. */
const MAX_REQUEST_MEDIA_PARTS = 64;

/** All that one request may bring, each place counted: a few bytes in a thousand places are sent a thousand times. */
export const MAX_REQUEST_MEDIA_BYTES = 64 * 1024 * 1024;

const MEDIA_TYPES: Readonly<Record<MediaPart['type'], readonly string[]>> = {
  image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  audio: ['audio/wav', 'audio/mpeg', 'audio/flac', 'audio/ogg', 'audio/mp4'],
  file: ['application/pdf'],
};

/** Other names of the same formats. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'audio/mp3': 'audio/mpeg',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
};

/** Chat Completions names a sound's format by one of two words. */
const CHAT_AUDIO_TYPES = ['audio/wav', 'audio/mpeg'];

/** One character at a time: a pattern over the whole would run out of stack on some megabytes. */
const NOT_BASE64 = /[^A-Za-z0-9+/]/;

const paddingOf = (base64: string): number => (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

const decodedLength = (base64: string): number => (base64.length / 4) * 3 - paddingOf(base64);

const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 && !NOT_BASE64.test(text.slice(0, text.length - paddingOf(text)));

const normalise = (mediaType: string): string => {
  const plain = mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  return SYNONYMS[plain] ?? plain;
};

const tooLarge = (length: number) => ({
  problem: `There are ${length} bytes, more than ${MAX_MEDIA_BYTES}.`,
  allowed: [`at most ${MAX_MEDIA_BYTES} bytes`],
});

/** What makes bytes unfit for a part, or their media type: told from the bytes, which must agree with what was said. */
export const checkMediaBytes = (
  type: MediaPart['type'],
  bytes: Uint8Array,
  declared: string | null,
): { readonly mediaType: string } | { readonly problem: string; readonly allowed: readonly string[] } => {
  const allowed = MEDIA_TYPES[type];
  if (bytes.byteLength === 0) return { problem: 'There are no bytes.', allowed };
  if (bytes.byteLength > MAX_MEDIA_BYTES) return tooLarge(bytes.byteLength);
  const mediaType = findMediaType(bytes);
  if (mediaType === undefined || !allowed.includes(mediaType))
    return { problem: `The bytes are no ${type} of a kind that is taken.`, allowed };
  if (declared !== null && normalise(declared) !== mediaType)
    return { problem: `The bytes are ${mediaType}, not ${declared}.`, allowed: [mediaType] };
  return { mediaType };
};

const checkUrl = (url: string): string | null => {
  if (!URL.canParse(url)) return 'This is no address.';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:')
    return `Media is taken from https addresses only, not ${protocol.replace(':', '')}.`;
  return username === '' && password === '' ? null : 'The address must not carry credentials.';
};

/** Reports what Chat Completions has no field for, though the model reads the kind; whether there is such a thing. */
const isBeyondChat = (
  part: MediaPart,
  path: readonly string[],
  config: ModelConfig,
  findings: Findings,
): boolean => {
  if (config.apiType !== 'chat_completion' || part.type === 'file') return false;
  const { source, mediaType } = part;
  const beyond = (field: readonly string[], from: string, what: string, allowed: readonly string[]): true => {
    findings.unsupported(
      {
        path: [...path, ...field],
        from,
        message: `The API of the model "${config.name}" does not take ${what}.`,
        allowed,
        suggestion: `Give ${allowed.join(' or ')}.`,
      },
      { code: 'PARAMETER_DROPPED', to: null },
    );
    return true;
  };
  if (source.type === 'provider-file')
    return beyond(['source', 'providerFileId'], source.fileId, `${part.type} input by file id`, [
      'url',
      'base64',
      'upload',
    ]);
  if (part.type !== 'audio' || mediaType === null || CHAT_AUDIO_TYPES.includes(mediaType)) return false;
  return beyond(['mediaType'], mediaType, mediaType, CHAT_AUDIO_TYPES);
};

/** The part with its media type, or null when it cannot be sent; why is in the findings. */
const checkPart = (
  part: MediaPart,
  path: readonly string[],
  config: ModelConfig,
  findings: Findings,
): MediaPart | null => {
  if (!config.inputModalities.includes(part.type)) {
    const takes = config.inputModalities.map((modality) => modality.toUpperCase());
    findings.unsupported(
      {
        path,
        from: part.type.toUpperCase(),
        message: `The model "${config.name}" does not read ${part.type} input.`,
        allowed: takes,
        suggestion: `Choose a model that does: models(where: { inputModalities: [${part.type.toUpperCase()}] }).`,
      },
      { code: 'PARAMETER_DROPPED', to: null },
    );
    return null;
  }
  const { source } = part;
  const refuse = (field: string, message: string, allowed: readonly string[] = []): null => {
    findings.reject(
      'INVALID_REQUEST',
      [...path, ...field.split('.')],
      message,
      allowed.length > 0 ? { allowed } : {},
    );
    return null;
  };
  const taken = (checked: MediaPart): MediaPart | null =>
    isBeyondChat(checked, path, config, findings) ? null : checked;
  if (source.type === 'provider-file') return taken(part);
  if (source.type === 'url') {
    const problem = checkUrl(source.url);
    if (problem !== null) return refuse('source.url', problem);
    const declared = part.mediaType === null ? null : normalise(part.mediaType);
    if (declared !== null && !MEDIA_TYPES[part.type].includes(declared))
      return refuse(
        'mediaType',
        `${part.mediaType} is no ${part.type} that is taken.`,
        MEDIA_TYPES[part.type],
      );
    return taken({ ...part, mediaType: declared });
  }
  if (!isBase64(source.data)) return refuse('source.base64', 'This is not base64.');
  const length = decodedLength(source.data);
  const checked =
    length > MAX_MEDIA_BYTES
      ? tooLarge(length)
      : checkMediaBytes(part.type, Buffer.from(source.data, 'base64'), part.mediaType);
  if ('problem' in checked) return refuse('source', checked.problem, checked.allowed);
  return taken({ ...part, mediaType: checked.mediaType });
};

/**
 * The conversation with every image, sound and document checked, and those the model does not read left out; a message
 * of which nothing is left goes with them.
 */
export const checkMedia = (
  messages: readonly Message[],
  pathOf: (index: number) => readonly string[],
  config: ModelConfig,
  findings: Findings,
): readonly Message[] => {
  let total = 0;
  let count = 0;
  return messages.flatMap((message, messageIndex): Message[] => {
    if (message.role !== 'user') return [message];
    const parts = message.parts.flatMap((part, index): UserPart[] => {
      if (part.type === 'text') return [part];
      const path = [...pathOf(messageIndex), 'user', String(index), part.type];
      count += 1;
      if (count > MAX_REQUEST_MEDIA_PARTS) {
        // Said once: the many that follow are the same problem.
        if (count === MAX_REQUEST_MEDIA_PARTS + 1)
          findings.reject(
            'INVALID_REQUEST',
            path,
            `The request has more than ${MAX_REQUEST_MEDIA_PARTS} images, sounds and documents.`,
            { allowed: [`at most ${MAX_REQUEST_MEDIA_PARTS} in all`] },
          );
        return [];
      }
      if (part.source.type === 'base64') total += decodedLength(part.source.data);
      if (total > MAX_REQUEST_MEDIA_BYTES) {
        findings.reject(
          'INVALID_REQUEST',
          [...path, 'source'],
          `With this the request brings more than ${MAX_REQUEST_MEDIA_BYTES} bytes of media.`,
          { allowed: [`at most ${MAX_REQUEST_MEDIA_BYTES} bytes in all`] },
        );
        return [];
      }
      const checked = checkPart(part, path, config, findings);
      return checked === null ? [] : [checked];
    });
    return parts.length === 0 && message.parts.length > 0 ? [] : [{ role: 'user', parts }];
  });
};
