import { GrowingBuffer } from '../../../lib/growing-buffer.ts';
import { ProviderError } from '../../../core/errors.ts';
import type { OpenedAnswer } from './answer.ts';
import { MAX_EVENT_BYTES, maxStreamBytes } from './answer-limits.ts';
import { isWholeLine } from './is-whole-line.ts';

/** As long as the longest answer of any model. */
const MAX_TOKENS = 131_072;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The bytes of an event stream as they came, for readers of their own. The body ends with `STREAM_TRUNCATED` where the stream
 * ends inside a line, and with `PROVIDER_FAILED` where it, or a line of it, is longer than allowed.
 */
export const toStreamBody = ({ bytes, details }: OpenedAnswer): ReadableStream<Uint8Array> => {
  let line = new GrowingBuffer();
  let length = 0;
  return bytes.toStream((piece) => {
    if (piece === undefined) {
      if (isWholeLine(line.toBuffer())) return undefined;
      return new ProviderError('STREAM_TRUNCATED', { ...details, vendorMessage: 'cut inside a line' });
    }
    const end = Math.max(piece.lastIndexOf(LINE_FEED), piece.lastIndexOf(CARRIAGE_RETURN)) + 1;
    if (end > 0) line = new GrowingBuffer();
    if (end < piece.length)
      line.append(Buffer.from(piece.buffer, piece.byteOffset + end, piece.byteLength - end));
    length += piece.length;
    if (line.length <= MAX_EVENT_BYTES && length <= maxStreamBytes(MAX_TOKENS)) return undefined;
    const vendorMessage = 'the stream, or a line of it, is longer than allowed';
    return new ProviderError('PROVIDER_FAILED', { ...details, vendorMessage });
  });
};
