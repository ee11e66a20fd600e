import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import { GrowingBuffer } from '../../lib/growing-buffer.ts';
import { toRefusalError } from '../refusal.ts';

/** The refusal of a request body that is larger than allowed. */
export const bodyTooLarge = (maxBytes: number): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    status: 413,
    message: `The request body is larger than ${maxBytes} bytes.`,
  });

/**
 * What the framing of a body may add to it, as a part of it and besides: each piece of a few bytes costs the server as much as one
 * of kilobytes, so that a body in pieces of one byte would take seconds.
 */
const MAX_FRAMING = { part: 0.25, bytes: 128 * 1024 };

const tooSmallPieces = (): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    message:
      'The request body comes in too small pieces. Send it with a content-length, or in larger chunks.',
  });

/** Returns a check, given how many bytes of the body have come: whether they came in pieces that are too small. */
const createFramingCheck = ({ socket }: IncomingMessage): ((length: number) => boolean) => {
  const before = socket.bytesRead;
  return (length) => socket.bytesRead - before > length * (1 + MAX_FRAMING.part) + MAX_FRAMING.bytes;
};

/** A client that sends nothing for this long has gone, or keeps the server waiting on purpose. */
const SILENCE_MS = 30_000;

/** How much of a body is allowed, in bytes, by what has come of it so far. */
export interface BodyBounds {
  /** Of what it announces. */
  readonly announced: number;
  /** Of what has come. */
  readonly received: number;
}

/**
 * The body of a request as it comes. Throws the refusal as soon as it is too large, whether or not its length was announced;
 * how much is allowed may depend on what has come. What is not asked for is read and dropped, since a client that is
 * still sending would lose the answer otherwise.
 */
export async function* bodyChunks(
  request: IncomingMessage,
  findBounds: () => BodyBounds,
): AsyncGenerator<Buffer, void, undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  const isFramedTooMuch = createFramingCheck(request);
  let length = 0;
  const check = (): void => {
    const bounds = findBounds();
    if (announced > bounds.announced) throw bodyTooLarge(bounds.announced);
    if (length > bounds.received) throw bodyTooLarge(bounds.received);
    if (isFramedTooMuch(length)) throw tooSmallPieces();
  };
  const impatience = setTimeout(() => request.destroy(), SILENCE_MS);
  try {
    check();
    // Not destroyed on return: that would close the socket, and the answer with it.
    const arriving: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of arriving) {
      length += chunk.length;
      check();
      yield chunk;
      check();
      impatience.refresh();
    }
  } finally {
    clearTimeout(impatience);
    // What comes in small pieces is not even worth being dropped.
    if (!isFramedTooMuch(length)) request.resume();
  }
}

/**
 * The whole body of a request. Rejects as `bodyChunks` does. Read by events, since nearly every request passes here, and a
 * generator would cost several promises for each of them.
 */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const body = new GrowingBuffer();
  const silence = setTimeout(() => request.destroy(), SILENCE_MS);
  const isFramedTooMuch = createFramingCheck(request);
  const take = (chunk: Buffer): void => {
    silence.refresh();
    if (body.length + chunk.length > maxBytes) {
      refuse(bodyTooLarge(maxBytes));
      request.resume();
      return;
    }
    body.append(chunk);
    // What comes in small pieces is not even worth being dropped.
    if (isFramedTooMuch(body.length)) refuse(tooSmallPieces());
  };
  const refuse = (refusal: GraphQLError): void => {
    request.off('data', take);
    request.pause();
    reject(refusal);
    clearTimeout(silence);
  };
  request.on('error', reject);
  request.on('end', () => resolve(body.toBuffer()));
  request.on('close', () => {
    clearTimeout(silence);
    if (!request.complete) reject(new Error('the client left in the middle of its request'));
  });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    refuse(bodyTooLarge(maxBytes));
    request.resume();
  } else request.on('data', take);
  return promise;
};
