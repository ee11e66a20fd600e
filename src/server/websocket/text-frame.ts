import { toByteText } from '../../lib/to-byte-text.ts';

/** The first byte of a text message in one frame. */
const WHOLE_TEXT = 0x81;

const headOf = (bytes: number): string => {
  if (bytes < 126) return String.fromCharCode(WHOLE_TEXT, bytes);
  if (bytes < 65_536) return String.fromCharCode(WHOLE_TEXT, 126, bytes >>> 8, bytes & 0xff);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes));
  return String.fromCharCode(WHOLE_TEXT, 127, ...length);
};

/**
 * A WebSocket frame from a server (RFC 6455, section 5.2: no mask) with a text message, which is given as `toByteText` gives it, as a
 * string of bytes, to be written as `latin1`. Frames can be joined and written in one piece.
 */
export const toByteFrame = (bytes: string): string => headOf(bytes.length) + bytes;

/** The same of a message that is given as it is. */
export const toTextFrame = (message: string): string => toByteFrame(toByteText(message));
