import { GrowingBuffer } from './growing-buffer.ts';

/** A body as text; undefined for one that is longer than allowed, which is then read no further. */
export const readBoundedText = async (
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string | undefined> => {
  const read = new GrowingBuffer();
  for await (const { buffer, byteOffset, byteLength } of body) {
    if (read.length + byteLength > maxBytes) return undefined;
    read.append(Buffer.from(buffer, byteOffset, byteLength));
  }
  return new TextDecoder().decode(read.toBuffer());
};
