import { StringDecoder } from 'node:string_decoder';
import { ProviderError } from '../../../core/errors.ts';
import { MAX_JSON_BYTES } from '../call/answer-limits.ts';
import { readJson, readPlainFields } from '../call/read-json.ts';

/** Those of a single answer: a body without line ends must not fill the memory. */
export const MAX_LINE_CHARACTERS = MAX_JSON_BYTES;

/** Pieces of a line that are held apart: each takes more memory than its characters. */
const MAX_PARTS = 1_024;

/** One value as a line of JSON Lines, its line end included. */
export const toJsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

const readLine = (line: string): unknown => {
  const value = readJson(line);
  return value === undefined ? readPlainFields(line) : value;
};

export interface JsonLinesOptions {
  /** Named in the errors. */
  readonly provider: string;
  /** Longest line taken, in UTF-16 code units. */
  readonly maxLineCharacters?: number;
}

/**
 * The values of a JSON Lines body in their order, each as soon as its line is complete; of the body no more than one
 * line and one chunk are held. Blank lines and a byte order mark say nothing, CRLF is taken for LF, and the last line
 * needs no line end.
 * - A line that is no JSON is left out, and makes it throw `PROVIDER_FAILED` at the end: no result is lost to another. The
 *   last one, where no line end follows, throws `STREAM_TRUNCATED`.
 * - A line that nests too deeply comes without its lists and objects: what it is about fails alone.
 * - A line longer than the limit throws `PROVIDER_FAILED`.
 * - Ended early, it cancels the body. What the body throws is thrown on.
 */
export async function* readJsonLines(
  body: AsyncIterable<Uint8Array>,
  { provider, maxLineCharacters = MAX_LINE_CHARACTERS }: JsonLinesOptions,
): AsyncGenerator {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let parts: string[] = [];
  let length = 0;
  let broken: number | undefined;

  const add = (part: string): void => {
    length += part.length;
    if (length > maxLineCharacters)
      throw fail(`line ${number + 1} is longer than ${maxLineCharacters} characters`);
    parts.push(part);
    if (parts.length > MAX_PARTS) parts = [parts.join('')];
  };
  const take = (): string => {
    const line = parts.length === 1 ? (parts[0] ?? '') : parts.join('');
    parts = [];
    length = 0;
    number += 1;
    return (number === 1 ? line.replace(/^\ufeff/, '') : line).trim();
  };
  const fail = (vendorMessage: string): ProviderError =>
    new ProviderError('PROVIDER_FAILED', { provider, vendorMessage });

  for await (const chunk of body) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      add(text.slice(from, to));
      from = to + 1;
      const line = take();
      if (line === '') continue;
      const value = readLine(line);
      if (value === undefined) broken ??= number;
      else yield value;
    }
    if (from < text.length) add(text.slice(from));
  }
  add(decoder.end());
  const last = take();
  const value = last === '' ? undefined : readLine(last);
  if (value !== undefined) yield value;
  else if (last !== '')
    throw new ProviderError('STREAM_TRUNCATED', { provider, vendorMessage: `line ${number} is cut short` });
  if (broken !== undefined) throw fail(`line ${broken} is no JSON`);
}
