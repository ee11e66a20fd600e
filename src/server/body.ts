import type { IncomingMessage } from 'node:http';

/** A request body that is larger than allowed. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The request body is larger than ${maxBytes} bytes.`);
    this.name = 'BodyTooLarge';
  }
}

/**
 * The whole body of a request. Throws `BodyTooLarge` as soon as it is, whether or not its length was announced; what
 * is left of it is then read and dropped, since a client that is still sending would lose the answer otherwise.
 */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length <= maxBytes) {
    length = 0;
    // Not destroyed on return: that would close the socket, and the answer with it.
    const arriving: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of arriving) {
      length += chunk.length;
      if (length > maxBytes) break;
      chunks.push(chunk);
    }
  }
  if (length <= maxBytes) return Buffer.concat(chunks);
  request.resume();
  throw new BodyTooLarge(maxBytes);
};
