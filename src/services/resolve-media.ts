import { ModelgraphError } from '../core/errors.ts';
import type { AudioPart, FilePart, Message, UserPart } from '../core/message.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { TextRequest } from '../core/text-request.ts';
import { checkMediaBytes } from './check-media.ts';

/** Gives the bytes at an https address. */
export type FetchMedia = (url: string, signal: AbortSignal) => Promise<Buffer>;

type FetchedPart = AudioPart | FilePart;

/** Chat Completions takes images by address, and everything else only as bytes. The other APIs fetch by themselves. */
const needsBytes = (part: UserPart, config: ModelConfig): part is FetchedPart =>
  config.apiType === 'chat_completion' &&
  (part.type === 'audio' || part.type === 'file') &&
  part.source.type === 'url';

const withBytes = async (
  part: FetchedPart,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<UserPart> => {
  if (part.source.type !== 'url') return part;
  const bytes = await fetchMedia(part.source.url, signal);
  const checked = checkMediaBytes(part.type, bytes, part.mediaType);
  if ('problem' in checked)
    throw new ModelgraphError('INVALID_REQUEST', `What the address gives is unfit: ${checked.problem}`);
  return {
    ...part,
    source: { type: 'base64', data: bytes.toString('base64') },
    mediaType: checked.mediaType,
  };
};

/** The request with the bytes of what its provider does not fetch by itself. */
export const resolveMedia = async (
  request: TextRequest,
  config: ModelConfig,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<TextRequest> => {
  const wanted = request.messages.some(
    (message) => message.role === 'user' && message.parts.some((part) => needsBytes(part, config)),
  );
  if (!wanted) return request;
  const messages = await Promise.all(
    request.messages.map(async (message): Promise<Message> => {
      if (message.role !== 'user') return message;
      const parts = message.parts.map(async (part) =>
        needsBytes(part, config) ? withBytes(part, fetchMedia, signal) : part,
      );
      return { role: 'user', parts: await Promise.all(parts) };
    }),
  );
  return { ...request, messages };
};
