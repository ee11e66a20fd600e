import { ModelgraphError } from '../../core/errors.ts';
import type { AudioPart, FilePart, Message, UserPart } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { checkMediaBytes } from '../checks/check-media.ts';

/** Gives the bytes at an https address. */
export type FetchMedia = (url: string, signal: AbortSignal) => Promise<Buffer>;

type FetchedPart = AudioPart | FilePart;

/** Chat Completions takes images by address, and everything else only as bytes. The other APIs fetch by themselves. */
export const mayNeedBytes = ({ apiType }: ModelConfig): boolean => apiType === 'chat_completion';

const needsBytes = (part: UserPart, config: ModelConfig): part is FetchedPart =>
  mayNeedBytes(config) && (part.type === 'audio' || part.type === 'file') && part.source.type === 'url';

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

const replaceParts = (request: TextRequest, replace: (part: UserPart) => UserPart): TextRequest => ({
  ...request,
  messages: request.messages.map(
    (message): Message =>
      message.role === 'user' ? { role: 'user', parts: message.parts.map(replace) } : message,
  ),
});

const findParts = (request: TextRequest, config: ModelConfig): readonly FetchedPart[] =>
  request.messages.flatMap((message) =>
    message.role === 'user' ? message.parts.filter((part) => needsBytes(part, config)) : [],
  );

/** The request with the bytes of what its provider does not fetch by itself. */
export const resolveMedia = async (
  request: TextRequest,
  config: ModelConfig,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<TextRequest> => {
  const wanted = findParts(request, config);
  if (wanted.length === 0) return request;
  const fetched = await Promise.all(wanted.map((part) => withBytes(part, fetchMedia, signal)));
  const known = new Map<UserPart, UserPart>(wanted.map((part, index) => [part, fetched[index] ?? part]));
  return replaceParts(request, (part) => known.get(part) ?? part);
};

/** The request as it will be sent, but for the bytes that `resolveMedia` is going to fetch. */
export const withoutMedia = (request: TextRequest, config: ModelConfig): TextRequest =>
  findParts(request, config).length === 0
    ? request
    : replaceParts(request, (part) =>
        needsBytes(part, config) ? { ...part, source: { type: 'base64', data: '' }, mediaType: null } : part,
      );
