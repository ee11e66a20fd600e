import type { ReadySource } from '../../../lib/ready-iterator.ts';

/** The bytes of a body, one piece after the other. `take` throws what the connection fails with. */
export interface ByteSource extends ReadySource<Uint8Array> {
  /** Closes the connection, unless the body has been read to its end, and ends the source. */
  cancel(reason?: unknown): Promise<void>;
}

/** The bytes of a web stream. A piece is asked for when a consumer waits for it. */
class StreamBytes implements ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #piece: Uint8Array | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  get hasEnded(): boolean {
    return this.#isOver && this.#piece === undefined && this.#failure === undefined;
  }

  take(): Uint8Array | undefined {
    const piece = this.#piece;
    this.#piece = undefined;
    if (piece === undefined && this.#failure !== undefined) throw this.#failure.error;
    return piece;
  }

  whenReady(wake: () => void): void {
    this.#ask().then(wake, wake);
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }

  async #ask(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read();
      this.#piece = value;
      this.#isOver = done;
    } catch (error) {
      this.#failure = { error };
    }
  }
}

/** The bytes of a web stream, which is locked from then on. */
export const toByteSource = (body: ReadableStream<Uint8Array>): ByteSource => new StreamBytes(body);
