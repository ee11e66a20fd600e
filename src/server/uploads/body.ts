import type { IncomingMessage } from 'node:http';

/** A request body that is larger than allowed. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The request body is larger than ${maxBytes} bytes.`);
    this.name = 'BodyTooLarge';
  }
}

/** Who sends nothing for so long has gone, or wants to keep the server waiting. */
const SILENCE_MS = 30_000;

/**
 * The body of a request as it comes. Throws `BodyTooLarge` as soon as it is, whether or not its length was announced;
 * how much is allowed may depend on what has come. What is not asked for is read and dropped, since a client that is
 * still sending would lose the answer otherwise.
 */
export async function* bodyChunks(
  request: IncomingMessage,
  findMaxBytes: () => number,
): AsyncGenerator<Buffer, void, undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  let length = 0;
  const check = (): void => {
    const maxBytes = findMaxBytes();
    if (Math.max(announced, length) > maxBytes) throw new BodyTooLarge(maxBytes);
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
    request.resume();
  }
}

/** The whole body of a request. Throws as `bodyChunks`. */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyChunks(request, () => maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
};
