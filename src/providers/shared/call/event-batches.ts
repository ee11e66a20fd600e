import { type ErrorCode, ProviderError, type ProviderErrorDetails } from '../../../core/errors.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import {
  type ReadyIterator,
  type ReadySource,
  toNextResult,
  toReadyIterator,
  toReadySource,
} from '../../../lib/ready-iterator.ts';
import { EventStreamDecoder, type ServerEvent } from './event-stream-decoder.ts';
import { isWholeLine } from './is-whole-line.ts';
import type { WatchedBytes } from './watched-bytes.ts';

/** What a stream brings, piece by piece: everything that has come at once is one batch. */
export type Batches<T> = (
  | Iterable<readonly T[]>
  | AsyncIterable<readonly T[]>
  | ReadyIterator<readonly T[]>
) & {
  /** Whether the vendor has marked the end of its answer: by `[DONE]`, or by that of a JSON document. Known at the end. */
  readonly isDone?: boolean;
  /** Reads on to the end of the response, so that its connection can be used again. */
  readonly drain?: () => Promise<void>;
  /** Closes the connection. */
  readonly return?: () => Promise<unknown>;
};

/** Goes through batches without closing them where it stops. */
export const toReadyBatches = <T>(batches: Batches<T>): ReadySource<readonly T[]> => {
  if ('whenReady' in batches) return batches;
  return Symbol.asyncIterator in batches ? toReadyIterator(batches) : toReadySource(batches);
};

/** The payloads of an answer that has come whole. */
export const wholeBatches = <T>(payloads: readonly T[]): Batches<T> =>
  Object.assign([payloads], { isDone: true });

export interface EventBatchesOptions<T> {
  /** Of the errors thrown here. */
  readonly details: ProviderErrorDetails;
  readonly maxBytes: number;
  /** The value of an event with data that may be JSON, or that is named `error`; throws for one that tells a failure. */
  readonly toValue: (event: ServerEvent) => T;
}

const DONE = '[DONE]';

/**
 * The events of a stream, as values, in batches.
 * - `data: [DONE]` ends it; what follows is not read but by `drain`.
 * - An event whose data cannot be JSON, as servers send them to keep a connection alive, is passed over.
 * - An error, of the stream or of `toValue`, comes after the values before it, and the connection is closed.
 * - A stream that ends inside a line or an event throws `STREAM_TRUNCATED`; one that is longer than allowed, or has an event
 *   that is, `PROVIDER_FAILED`.
 */
export class EventBatches<T> implements ReadyIterator<readonly T[]> {
  readonly #bytes: WatchedBytes;
  readonly #options: EventBatchesOptions<T>;
  readonly #decoder = new EventStreamDecoder();
  #length = 0;
  /** `done`: the stream has said so, the response may go on. */
  #state: 'reading' | 'done' | 'over' = 'reading';
  #failure: Error | undefined;
  #isDone = false;

  constructor(bytes: WatchedBytes, options: EventBatchesOptions<T>) {
    this.#bytes = bytes;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get hasEnded(): boolean {
    return this.#state !== 'reading' && this.#failure === undefined;
  }

  take(): readonly T[] | undefined {
    while (this.#state === 'reading') {
      const piece = this.#bytes.take();
      if (piece === undefined && !this.#bytes.hasEnded) return undefined;
      const values = this.#toValues(piece === undefined ? this.#end() : this.#decode(piece));
      if (values.length > 0) return values;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  whenReady(wake: () => void): void {
    this.#bytes.whenReady(wake);
  }

  next(): Promise<IteratorResult<readonly T[], undefined>> {
    return toNextResult(this);
  }

  async return(): Promise<IteratorResult<readonly T[], undefined>> {
    this.#state = 'over';
    await this.#bytes.cancel();
    return { done: true, value: undefined };
  }

  async drain(): Promise<void> {
    if (this.#state === 'over') return;
    this.#state = 'over';
    while ((await this.#bytes.read()) !== undefined);
  }

  #decode(piece: Uint8Array): readonly ServerEvent[] {
    this.#length += piece.length;
    const events = this.#decoder.push(piece);
    if (this.#decoder.isTooLong)
      this.#fail(this.#toError('PROVIDER_FAILED', 'an event is longer than allowed'));
    else if (this.#length > this.#options.maxBytes)
      this.#fail(
        this.#toError('PROVIDER_FAILED', `the stream is longer than ${this.#options.maxBytes} bytes`),
      );
    return events;
  }

  #end(): readonly ServerEvent[] {
    const isWhole = isWholeLine(this.#decoder.unfinishedLine);
    const events = isWhole ? this.#decoder.end() : [];
    if (isWhole && events.every(({ data }) => !mayBeJson(data) || parseJson(data) !== undefined)) {
      this.#state = 'over';
      return events;
    }
    this.#fail(this.#toError('STREAM_TRUNCATED', 'cut inside an event'));
    return [];
  }

  #toValues(events: readonly ServerEvent[]): readonly T[] {
    const values: T[] = [];
    for (const event of events) {
      const data = event.data.trimStart();
      if (data.startsWith(DONE)) {
        this.#state = 'done';
        this.#isDone = true;
        break;
      }
      const isError = event.event === 'error' || saysError(data);
      if (!isError && !mayBeJson(data)) continue;
      try {
        values.push(this.#options.toValue(isError ? { ...event, event: 'error' } : event));
      } catch (error) {
        this.#fail(error);
        break;
      }
    }
    return values;
  }

  #toError(code: ErrorCode, vendorMessage: string): ProviderError {
    return new ProviderError(code, { ...this.#options.details, vendorMessage });
  }

  /** Closes the connection; the error comes after the values before it. */
  #fail(error: unknown): void {
    this.#state = 'over';
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.#bytes.cancel(error).catch(ignore);
  }
}

/** For what a source says while it is being cancelled: its reader has the error already. */
const ignore = (): void => undefined;

/** A gateway may write `error: …`, or `[ERROR] …`, where an event has JSON. */
const saysError = (data: string): boolean => /^\[?error\b/i.test(data);

/** An object, or a list of more than words: `[PING]` keeps a connection alive. */
const mayBeJson = (data: string): boolean => /^\s*(\{|\[\s*[[{"\]])/.test(data);
