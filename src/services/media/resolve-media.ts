import { ModelgraphError } from '../../core/errors.ts';
import type { MediaPart, Message, UserPart } from '../../core/message.ts';
import { MEDIA_KINDS, type ModelConfig } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { checkMediaBytes } from '../checks/media-bytes.ts';

/** Gives the bytes at an https address. */
export type FetchMedia = (url: string, signal: AbortSignal) => Promise<Buffer>;

/** Whether the model reads a kind of media that its vendor does not fetch by itself. */
export const mayNeedBytes = ({ inputModalities, media }: ModelConfig): boolean =>
  MEDIA_KINDS.some((kind) => inputModalities.includes(kind) && media[kind]?.fetchesUrls === false);

const needsBytes = (part: UserPart, { media }: ModelConfig): part is MediaPart =>
  part.type !== 'text' && part.source.type === 'url' && media[part.type]?.fetchesUrls === false;

const withBytes = async (
  part: MediaPart,
  config: ModelConfig,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<UserPart> => {
  if (part.source.type !== 'url') return part;
  const bytes = await fetchMedia(part.source.url, signal);
  const checked = checkMediaBytes(part.type, bytes, part.mediaType);
  if ('problem' in checked)
    throw new ModelgraphError('INVALID_REQUEST', `What the address gives is unfit: ${checked.problem}`);
  const { mediaType } = checked;
  const taken = config.media[part.type]?.mediaTypes ?? [];
  if (!taken.includes(mediaType))
    throw new ModelgraphError(
      'UNSUPPORTED_CAPABILITY',
      `The address gives ${mediaType}, which the API of the model "${config.name}" does not take. Give ${taken.join(' or ')}.`,
    );
  return { ...part, source: { type: 'base64', data: bytes.toString('base64') }, mediaType };
};

const replaceParts = (request: TextRequest, replace: (part: UserPart) => UserPart): TextRequest => ({
  ...request,
  messages: request.messages.map(
    (message): Message =>
      message.role === 'user' ? { role: 'user', parts: message.parts.map(replace) } : message,
  ),
});

const findParts = (request: TextRequest, config: ModelConfig): readonly MediaPart[] =>
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
  const fetched = await Promise.all(wanted.map((part) => withBytes(part, config, fetchMedia, signal)));
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
