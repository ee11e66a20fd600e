import type { ByteSource } from './byte-source.ts';
import { decodeBody } from './decode-body.ts';
import type { Dispatcher } from './patient-dispatcher.ts';

/** What of undici's controller of a request is used here. https://undici.nodejs.org/#/docs/api/Dispatcher */
interface RequestController {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** As undici gives them: by name, in lower case. */
type GivenHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface DirectRequestOptions {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
  /** Aborting it closes the connection in every phase. */
  readonly signal: AbortSignal | null;
}

/** The beginning of an answer, and its body: null where its status allows none. */
export interface DirectAnswer {
  readonly response: Response;
  readonly source: ByteSource | null;
}

/** How much may wait for its reader before the connection is read no further, in bytes: what a socket gives at once. */
const MAX_WAITING_BYTES = 64 * 1024;

/** https://fetch.spec.whatwg.org/#null-body-status */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request through undici's dispatcher, past `fetch`: its way, through a `Request`, two web streams and an iterator, costs
 * more than all that is done with a request and its deltas besides. The body comes as undici reads it from the socket,
 * decompressed where the server has compressed it, which it is not asked to.
 * Rejects as `fetch` does: with the reason of the signal, or with a `TypeError` ("fetch failed") whose cause says what was wrong. A
 * redirect is refused: followed, it would take the prompt, and a key in a header of the vendor's own, to another host.
 */
export const sendDirectly = (
  dispatcher: Dispatcher,
  url: URL,
  options: DirectRequestOptions,
): Promise<DirectAnswer> =>
  new Promise((resolve, reject) => {
    const { method, headers, body, signal } = options;
    signal?.throwIfAborted();
    const exchange = new Exchange(signal, { resolve, reject });
    const { origin, pathname, search } = url;
    // As an object: undici's agents for proxies lose what is in `Headers`.
    const sent = Object.fromEntries(headers);
    dispatcher.dispatch({ origin, path: `${pathname}${search}`, method, headers: sent, body }, exchange);
  });

/** Header values are bytes; undici reads them as UTF-8, `Headers` takes them as Latin-1. */
const toHeaders = (given: GivenHeaders): Headers => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given))
    for (const each of typeof value === 'string' ? [value] : (value ?? []))
      headers.append(name, Buffer.from(each).toString('latin1'));
  return headers;
};

/** One request, as undici's handler, and the bytes of its answer. */
class Exchange implements ByteSource {
  readonly #signal: AbortSignal | null;
  // A function: Node makes an async one for each object that listens.
  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.#close(reason instanceof Error ? reason : this.#toFailure(reason));
  };
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #controller: RequestController | undefined;
  /** Until the answer has begun. */
  #answer: Pick<PromiseWithResolvers<DirectAnswer>, 'resolve' | 'reject'> | undefined;
  #isPaused = false;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    signal: AbortSignal | null,
    answer: Pick<PromiseWithResolvers<DirectAnswer>, 'resolve' | 'reject'>,
  ) {
    this.#signal = signal;
    this.#answer = answer;
    signal?.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: RequestController): void {
    this.#controller = controller;
    if (this.#isOver) this.#abort();
  }

  onResponseStart(_: RequestController, status: number, given: GivenHeaders, statusText = ''): void {
    if (status < 200 || this.#answer === undefined) return; // 103 Early Hints, for one
    try {
      if (REDIRECTS.has(status)) throw new Error('unexpected redirect');
      const headers = toHeaders(given);
      const response = new Response(null, { status, statusText, headers });
      const hasBody = !WITHOUT_BODY.has(status);
      const source = hasBody ? decodeBody(this, headers.get('content-encoding')) : null;
      this.#answer.resolve({ response, source });
      this.#answer = undefined;
      if (!hasBody) this.#close(undefined);
    } catch (error) {
      this.#close(this.#toFailure(error));
    }
  }

  onResponseData(controller: RequestController, chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#isPaused = this.#waitingBytes > MAX_WAITING_BYTES;
    if (this.#isPaused) controller.pause();
    this.#notify();
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_: RequestController, error: Error): void {
    this.#end(this.#toFailure(error));
  }

  /** In the words of `fetch`, before the answer and within it. */
  #toFailure(cause: unknown): TypeError {
    return new TypeError(this.#answer === undefined ? 'terminated' : 'fetch failed', { cause });
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
    if (this.#isPaused && this.#waitingBytes < MAX_WAITING_BYTES) {
      this.#isPaused = false;
      this.#controller?.resume();
    }
    return piece;
  }

  whenReady(wake: () => void): void {
    this.#wake = wake;
    if (this.#isOver || this.#waiting.length > 0) setImmediate(() => this.#notify());
  }

  cancel(): Promise<void> {
    this.#waiting.length = 0;
    this.#close(undefined);
    return Promise.resolve();
  }

  /** Ends it with what its reader is told, if it still runs, and closes the connection. */
  #close(failure: Error | undefined): void {
    if (this.#isOver) return;
    this.#end(failure);
    this.#abort();
  }

  /** Before undici has begun with it there is nothing to abort yet. */
  #abort(): void {
    this.#controller?.abort(new Error('the request was cancelled'));
  }

  #end(failure: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#answer?.reject(failure);
    this.#answer = undefined;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
