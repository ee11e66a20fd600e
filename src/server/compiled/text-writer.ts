import type { Writable } from 'node:stream';
import { atEndOfTurn } from '../../lib/end-of-turn.ts';

/** Text in characters after which it is no longer kept until the end of the turn. */
const MAX_GATHERED = 65_536;

const asItIs = (text: string): string => text;

/** Writes the text of one turn of the event loop at once, as bytes (see `toByteText`), and tells whether the reader is behind. */
export class TextWriter {
  readonly #stream: Writable;
  readonly #isOpen: () => boolean;
  readonly #toPiece: (text: string) => string;
  #gathered = '';
  #drained: Promise<void> | undefined;

  /**
   * Nothing is written once it is no longer open, which the stream itself need not know. `toPiece`: makes what is written of the
   * text of one turn; left out: the text itself.
   */
  constructor(stream: Writable, isOpen: () => boolean, toPiece: (text: string) => string = asItIs) {
    this.#stream = stream;
    this.#isOpen = isOpen;
    this.#toPiece = toPiece;
  }

  write(text: string): void {
    if (this.#gathered === '') atEndOfTurn(this.flush);
    this.#gathered += text;
    if (this.#gathered.length >= MAX_GATHERED) this.flush();
  }

  /** Writes at once what has been gathered. */
  readonly flush = (): void => {
    const text = this.#gathered;
    if (text === '') return;
    this.#gathered = '';
    if (this.#isOpen() && !this.#stream.destroyed) this.#stream.write(this.#toPiece(text), 'latin1');
  };

  /** Undefined while the stream takes more, else a promise that resolves when it does, or never will again. */
  full(): Promise<void> | undefined {
    if (!this.#stream.writableNeedDrain || this.#stream.destroyed) return undefined;
    this.#drained ??= this.#waitForDrain();
    return this.#drained;
  }

  #waitForDrain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = (): void => {
      this.#stream.off('drain', settle);
      this.#stream.off('close', settle);
      this.#drained = undefined;
      resolve();
    };
    this.#stream.on('drain', settle);
    this.#stream.on('close', settle);
    return promise;
  }
}
