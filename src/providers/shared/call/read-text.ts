import { ProviderError, type ProviderErrorDetails } from '../../../core/errors.ts';
import { GrowingBuffer } from '../../../lib/growing-buffer.ts';
import type { WatchedBytes } from './watched-bytes.ts';

/** A body as text. One that is longer than allowed throws `PROVIDER_FAILED`, and its connection is closed. */
export const readText = async (
  bytes: WatchedBytes,
  maxBytes: number,
  details: ProviderErrorDetails,
): Promise<string> => {
  const { text, isWhole } = await readStart(bytes, maxBytes);
  if (isWhole) return text;
  const vendorMessage = `the answer is longer than ${maxBytes} bytes`;
  throw new ProviderError('PROVIDER_FAILED', { ...details, vendorMessage });
};

/** As much of a body as is allowed; the connection of a longer one is closed. */
export const readStart = async (
  bytes: WatchedBytes,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isWhole: boolean }> => {
  const read = new GrowingBuffer();
  const toText = (): string => new TextDecoder().decode(read.toBuffer());
  for (let piece = await bytes.read(); piece !== undefined; piece = await bytes.read()) {
    const left = maxBytes - read.length;
    read.append(Buffer.from(piece.buffer, piece.byteOffset, Math.min(piece.byteLength, left)));
    if (piece.byteLength <= left) continue;
    await bytes.cancel();
    return { text: toText(), isWhole: false };
  }
  return { text: toText(), isWhole: true };
};
