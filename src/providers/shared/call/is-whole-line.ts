import { parseJson } from '../../../lib/parse-json.ts';

/** Whether the last line of a stream, which no line end follows, says all it has to: some servers leave the line end out. */
export const isWholeLine = (bytes: Uint8Array): boolean => {
  if (bytes.length === 0) return true;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim();
  if (line === '' || line.startsWith(':') || line === '}' || line === ']') return true;
  const data = /^data: ?(.*)$/s.exec(line)?.[1];
  return data === '[DONE]' || parseJson(data ?? line) !== undefined;
};
