import type { ByteSource } from './byte-source.ts';
import type { Dispatcher } from './patient-dispatcher.ts';

/** As much of the handler that `fetch` gives to undici as is wrapped here. */
interface Handler {
  onHeaders(status: number, headers: readonly unknown[], resume: () => void, statusText: string): boolean;
  onData(chunk: Buffer): boolean | undefined;
  onComplete(trailers: unknown): void;
  onError(error: Error): void;
}

/** How much may wait for its reader before the connection is read no further, in bytes: what a socket gives at once. */
const MAX_WAITING_BYTES = 64 * 1024;

/** Statuses whose body fetch leaves out. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205]);

const isHandler = (handler: object): handler is Handler =>
  ['onHeaders', 'onData', 'onComplete', 'onError'].every(
    (name) => typeof (handler as Readonly<Record<string, unknown>>)[name] === 'function',
  );

/** Undici gives names and values in turn, as bytes. */
const isEncoded = (headers: readonly unknown[]): boolean =>
  headers.some((name, index) => index % 2 === 0 && String(name).toLowerCase() === 'content-encoding');

/**
 * The dispatcher of one `fetch`, which takes the bytes of a success where undici reads them from the socket: the way through a
 * stream of Node's, an iterator and a web stream costs more than all that is done with a delta afterwards. Everything else
 * stays with fetch: request, status, headers, redirects, aborting. A body that has to be decompressed stays there as well, and
 * so does any body where undici's handlers are of another kind than the ones known here.
 */
export class DirectBody implements Dispatcher, ByteSource {
  readonly #dispatcher: Dispatcher;
  readonly #signal: AbortSignal | null;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isTaken = false;
  #isPaused = false;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #resume: (() => void) | undefined;
  /** Of the body that fetch has, which stays empty: cancelling it closes the connection. */
  #body: ReadableStreamDefaultReader<Uint8Array> | undefined;

  /** `signal`: of the request. */
  constructor(dispatcher: Dispatcher, signal: AbortSignal | null) {
    this.#dispatcher = dispatcher;
    this.#signal = signal;
  }

  dispatch(options: object, handler: object): unknown {
    return this.#dispatcher.dispatch(options, isHandler(handler) ? this.#wrap(handler) : handler);
  }

  /** The source of a response's bytes; undefined where they come through its body. */
  open(body: ReadableStream<Uint8Array>): ByteSource | undefined {
    if (!this.#isTaken) return undefined;
    // Held: fetch cancels a body that is collected as garbage and was never read.
    this.#body = body.getReader();
    return this;
  }

  get hasEnded(): boolean {
    return this.#isOver && this.#failure === undefined && this.#waiting.length === 0;
  }

  take(): Uint8Array | undefined {
    const piece = this.#waiting.shift();
    if (piece === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      return undefined;
    }
    this.#waitingBytes -= piece.length;
    if (this.#isPaused && this.#waitingBytes < MAX_WAITING_BYTES) this.#readOn();
    return piece;
  }

  whenReady(wake: () => void): void {
    this.#wake = wake;
    if (this.#isOver || this.#waiting.length > 0) setImmediate(() => this.#notify());
  }

  async cancel(reason?: unknown): Promise<void> {
    const wasOver = this.#isOver;
    this.#waiting.length = 0;
    this.#end(undefined);
    if (!wasOver) await this.#body?.cancel(reason);
  }

  #wrap(handler: Handler): Handler {
    const onHeaders: Handler['onHeaders'] = (status, headers, resume, statusText) => {
      this.#isTaken = status >= 200 && status < 300 && !WITHOUT_BODY.has(status) && !isEncoded(headers);
      this.#resume = resume;
      return handler.onHeaders.call(wrapped, status, headers, resume, statusText);
    };
    const onData: Handler['onData'] = (chunk) =>
      this.#isTaken ? this.#take(chunk) : handler.onData.call(wrapped, chunk);
    const onComplete: Handler['onComplete'] = (trailers) => {
      this.#end(undefined);
      handler.onComplete.call(wrapped, trailers);
    };
    const onError: Handler['onError'] = (error) => {
      this.#end(this.#toFailure(error));
      handler.onError.call(wrapped, error);
    };
    // What is not wrapped is found on the handler itself.
    const wrapped: Handler = Object.assign(Object.create(handler) as Handler, {
      onHeaders,
      onData,
      onComplete,
      onError,
    });
    return wrapped;
  }

  /** What a body of fetch's own would fail with. */
  #toFailure(error: Error): Error {
    const { aborted = false, reason } = this.#signal ?? {};
    if (aborted && reason instanceof Error) return reason;
    return new TypeError('terminated', { cause: error });
  }

  /** Gives whether the connection is to be read on. */
  #take(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#notify();
    this.#isPaused = this.#waitingBytes > MAX_WAITING_BYTES;
    return !this.#isPaused;
  }

  #readOn(): void {
    this.#isPaused = false;
    this.#resume?.();
  }

  #end(failure: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
