import { type ReadySource, takeNext } from '../../../lib/ready-iterator.ts';
import type { ByteSource } from './byte-source.ts';

export interface WatchOptions {
  /** Longest silence, in milliseconds, while a piece is waited for. */
  readonly idleTimeoutMs: number;
  /** Starts the clock with the first byte: silence before it is allowed. */
  readonly fromFirstByte: boolean;
  /** What `take` throws when no byte has come for too long; the source is cancelled. */
  readonly toIdleError: () => Error;
}

/** For what a source says while it is being cancelled: its reader has the error already. */
const ignore = (): void => undefined;

/**
 * The bytes of a body, one piece after the other. Reading fails once none has come for too long: any byte counts, so that
 * pings and comments are life. The time a slow reader takes does not count: only a reader that waits is watched. One timer at
 * a time, none per piece.
 */
export class WatchedBytes implements ReadySource<Uint8Array> {
  readonly #source: ByteSource;
  readonly #options: WatchOptions;
  readonly #unread: Uint8Array[] = [];
  #idleError: Error | undefined;
  #waitingSince: number | null = null;
  #armed: boolean;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(source: ByteSource, options: WatchOptions) {
    this.#source = source;
    this.#options = options;
    this.#armed = !options.fromFirstByte;
  }

  get hasEnded(): boolean {
    return this.#unread.length === 0 && this.#idleError === undefined && this.#source.hasEnded;
  }

  /** Throws what the source fails with, or the idle error. */
  take(): Uint8Array | undefined {
    const unread = this.#unread.pop();
    if (unread !== undefined) return unread;
    if (this.#idleError !== undefined) throw this.#idleError;
    try {
      const piece = this.#source.take();
      if (piece !== undefined) this.#armed = true;
      else if (this.#source.hasEnded) this.#end();
      return piece;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  whenReady(wake: () => void): void {
    this.#wake = wake;
    this.#waitingSince = performance.now();
    if (this.#armed && this.#timer === undefined && !this.#ended) this.#watch(this.#options.idleTimeoutMs);
    this.#source.whenReady(this.#notify);
  }

  /** The next piece, once it is there; undefined at the end. Rejects with what `take` throws. */
  read(): Promise<Uint8Array | undefined> {
    return takeNext(this);
  }

  /** Puts a piece back in front of what is still to be read. */
  unread(piece: Uint8Array): void {
    this.#unread.push(piece);
  }

  /**
   * The same bytes as a stream, read as it is read. `check` sees each piece and, at the end, undefined: an error that it gives
   * ends the stream, and closes the connection.
   */
  toStream(check?: (piece: Uint8Array | undefined) => Error | undefined): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await this.read();
          const error = check?.(piece);
          if (error !== undefined) {
            controller.error(error);
            await this.cancel(error);
          } else if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        },
        cancel: (reason) => this.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** Closes the connection, unless the body has been read to its end. */
  async cancel(reason?: unknown): Promise<void> {
    this.#end();
    await this.#source.cancel(reason);
  }

  readonly #notify = (): void => {
    this.#waitingSince = null;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  #watch(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#ended || this.#waitingSince === null) return; // no reader waits: the next one starts the timer again
      const leftMs = this.#options.idleTimeoutMs - (performance.now() - this.#waitingSince);
      if (leftMs > 0) return this.#watch(leftMs);
      // Cancelling wakes the reader.
      this.#idleError = this.#options.toIdleError();
      this.cancel(this.#idleError).catch(ignore);
    }, Math.ceil(delayMs));
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
