import { createParser, type ParseError } from 'eventsource-parser';
import { GrowingBuffer } from '../../../lib/growing-buffer.ts';
import { JsonScan } from '../../../lib/json-scan.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { MAX_ERROR_BYTES, MAX_EVENT_BYTES, MAX_EVENT_LINES } from './answer-limits.ts';

/** One event of a stream, as the WHATWG rules dispatch it. */
export interface ServerEvent {
  /** Its `event` field; undefined where there is none. */
  readonly event?: string | undefined;
  /** Its `data` fields, joined by line feeds. */
  readonly data: string;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * An event stream by the rules of https://html.spec.whatwg.org/multipage/server-sent-events.html: pieces may end anywhere,
 * lines end in LF, CR or CRLF, and comments, ids, blank lines and a byte order mark say nothing. Two things are added, which
 * servers of language models send: the last event needs no blank line, and a JSON object that stands between the events
 * without `data:` before it is an event. Holds one event at most, within `MAX_EVENT_BYTES` and `MAX_EVENT_LINES`.
 */
export class EventStreamDecoder {
  #events: ServerEvent[] = [];
  #isTooLong = false;
  #bare = '';
  /** Of the bare lines. */
  #scan = new JsonScan();
  #bytes = 0;
  #lines = 0;
  /** What follows the last line end. */
  #line = new GrowingBuffer();
  readonly #parser = createParser({
    maxBufferSize: MAX_EVENT_BYTES,
    onEvent: (event) => this.#events.push(event),
    onError: (error) => this.#takeUnknown(error),
  });

  /** Whether a limit was passed. Nothing is read from then on. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** The line that has not ended yet. */
  get unfinishedLine(): Uint8Array {
    return this.#line.toBuffer();
  }

  /** The events that a piece completes. */
  push(piece: Uint8Array): readonly ServerEvent[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const end = endOfLastLine(bytes);
    if (this.#line.length + bytes.length > MAX_EVENT_BYTES) this.#isTooLong = true;
    if (this.#isTooLong) return [];
    if (end === 0) {
      this.#line.append(bytes);
      return [];
    }
    // The parser is given whole lines only, so that it never has to keep the pieces of one.
    if (this.#line.length === 0) this.#feed(bytes.toString('utf8', 0, end));
    else {
      this.#line.append(bytes.subarray(0, end));
      this.#feed(this.#line.toBuffer().toString('utf8'));
      this.#line = new GrowingBuffer();
    }
    if (end < bytes.length) this.#line.append(bytes.subarray(end));
    return this.#take();
  }

  /** The event that the stream's end completes, if one was begun. */
  end(): readonly ServerEvent[] {
    this.#feed(`${this.#line.toBuffer().toString('utf8')}\n\n`);
    this.#line = new GrowingBuffer();
    return this.#take();
  }

  #feed(lines: string): void {
    const before = this.#events.length;
    this.#parser.feed(lines);
    if (this.#events.length > before) {
      this.#bytes = 0;
      this.#lines = 0;
      return;
    }
    this.#bytes += lines.length;
    this.#lines += countLines(lines);
    this.#isTooLong ||= this.#bytes > MAX_EVENT_BYTES || this.#lines > MAX_EVENT_LINES;
  }

  #take(): readonly ServerEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /** A line of no known field may belong to a JSON object on its own. */
  #takeUnknown({ type, line = '' }: ParseError): void {
    if (type === 'max-buffer-size-exceeded') this.#isTooLong = true;
    if (type !== 'unknown-field') return;
    if (this.#bare === '' && !/^(\{|\[\s*(\{|$))/.test(line)) return;
    this.#bare += `${line}\n`;
    this.#scan.add(line);
    if (this.#bare.length > MAX_ERROR_BYTES) return this.#dropBare();
    if (!this.#scan.isWhole) return;
    // No line that follows makes JSON of what is closed and is none.
    if (parseJson(this.#bare) !== undefined) this.#events.push({ event: undefined, data: this.#bare.trim() });
    this.#dropBare();
  }

  #dropBare(): void {
    this.#bare = '';
    this.#scan = new JsonScan();
  }
}

/** The length of what is made of whole lines. */
const endOfLastLine = (bytes: Buffer): number => {
  if (bytes.at(-1) === LINE_FEED) return bytes.length;
  return Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(CARRIAGE_RETURN)) + 1;
};

const countLines = (text: string): number => countOf(text, '\n') + countOf(text, '\r');

const countOf = (text: string, character: string): number => {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) count += 1;
  return count;
};
