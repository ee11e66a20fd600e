import { ModelgraphError } from '../../core/errors.ts';
import type { MediaPart, Message, UserPart } from '../../core/message.ts';
import { MEDIA_KINDS, type ModelConfig } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { Slots } from '../../lib/slots.ts';
import { MAX_REQUEST_MEDIA_BYTES } from '../checks/check-media.ts';
import { checkMediaBytes, decodedLength, formatsFor } from '../checks/media-bytes.ts';

/** Gives the bytes at an https address. */
export type FetchMedia = (url: string, signal: AbortSignal) => Promise<Buffer>;

/** Whether the model reads media that its vendor does not fetch by itself. */
export const mayNeedBytes = ({ inputModalities, media }: ModelConfig): boolean =>
  MEDIA_KINDS.some(
    (kind) =>
      inputModalities.includes(kind) &&
      (media[kind]?.fetchesUrls === false || media[kind]?.fetchedMediaTypes !== undefined),
  );

const needsBytes = (part: UserPart, { media }: ModelConfig): part is MediaPart => {
  if (part.type === 'text' || part.source.type !== 'url') return false;
  const input = media[part.type];
  if (input === null) return false;
  const { fetchesUrls, fetchedMediaTypes = input.mediaTypes } = input;
  return !fetchesUrls || (part.mediaType !== null && !fetchedMediaTypes.includes(part.mediaType));
};

/** Addresses of one request that are fetched at a time. */
const AT_A_TIME = 4;

const tooMuch = (): ModelgraphError =>
  new ModelgraphError(
    'INVALID_REQUEST',
    `Media could not be fetched: the request brings more than ${MAX_REQUEST_MEDIA_BYTES} bytes of media.`,
  );

/** Bytes that a request brings itself; each place counts. */
const bytesOf = ({ messages }: TextRequest): number =>
  messages
    .flatMap((message) => (message.role === 'user' ? message.parts : []))
    .reduce(
      (sum, part) =>
        part.type !== 'text' && part.source.type === 'base64' ? sum + decodedLength(part.source.data) : sum,
      0,
    );

/** Fetches what one request needs: a few addresses at a time, and no more in all than a request may bring. */
class RequestMedia {
  readonly #fetchMedia: FetchMedia;
  readonly #signal: AbortSignal;
  readonly #slots = new Slots(AT_A_TIME);
  #bytes: number;

  constructor(request: TextRequest, fetchMedia: FetchMedia, signal: AbortSignal) {
    this.#bytes = bytesOf(request);
    this.#fetchMedia = fetchMedia;
    this.#signal = signal;
  }

  async fetch(url: string): Promise<Buffer> {
    const giveBack = await this.#slots.take(this.#signal);
    try {
      const bytes = await this.#fetchMedia(url, this.#signal);
      this.#bytes += bytes.length;
      if (this.#bytes > MAX_REQUEST_MEDIA_BYTES) throw tooMuch();
      return bytes;
    } finally {
      giveBack();
    }
  }
}

const withBytes = async (part: MediaPart, config: ModelConfig, media: RequestMedia): Promise<UserPart> => {
  if (part.source.type !== 'url') return part;
  const bytes = await media.fetch(part.source.url);
  const taken = config.media[part.type]?.mediaTypes ?? [];
  const checked = checkMediaBytes(part.type, bytes, part.mediaType, formatsFor(part, config));
  if ('problem' in checked)
    throw new ModelgraphError('INVALID_REQUEST', `What the address gives is unfit: ${checked.problem}`);
  const { mediaType } = checked;
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

/**
 * The request with the bytes of what its provider does not fetch by itself. Rejects with `INVALID_REQUEST` where an address
 * cannot be fetched, gives what the model does not take, or brings the request beyond the bytes it may have; what is still
 * being fetched is abandoned then.
 */
export const resolveMedia = async (
  request: TextRequest,
  config: ModelConfig,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<TextRequest> => {
  const wanted = findParts(request, config);
  if (wanted.length === 0) return request;
  const others = new AbortController();
  const media = new RequestMedia(request, fetchMedia, AbortSignal.any([signal, others.signal]));
  try {
    const fetched = await Promise.all(wanted.map((part) => withBytes(part, config, media)));
    const known = new Map<UserPart, UserPart>(wanted.map((part, index) => [part, fetched[index] ?? part]));
    return replaceParts(request, (part) => known.get(part) ?? part);
  } catch (error) {
    others.abort(error);
    throw error;
  }
};

/** The request as it will be sent, but for the bytes that `resolveMedia` is going to fetch. */
export const withoutMedia = (request: TextRequest, config: ModelConfig): TextRequest =>
  findParts(request, config).length === 0
    ? request
    : replaceParts(request, (part) =>
        needsBytes(part, config) ? { ...part, source: { type: 'base64', data: '' }, mediaType: null } : part,
      );
