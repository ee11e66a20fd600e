import { Buffer } from 'node:buffer';

const LEAST_CAPACITY = 4_096;
const NOTHING = Buffer.alloc(0);

/** Bytes that come in pieces, in one buffer: however small the pieces are, it takes at most twice their length. */
export class GrowingBuffer {
  /** The only piece so far, as it came; most requests are one piece. */
  #only: Buffer | undefined;
  #bytes = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(piece: Buffer): void {
    if (this.#length === 0) {
      this.#only = piece;
      this.#length = piece.length;
      return;
    }
    const only = this.#only;
    this.#only = undefined;
    const start = this.#length;
    this.#reserve(start + piece.length);
    only?.copy(this.#bytes);
    piece.copy(this.#bytes, start);
    this.#length = start + piece.length;
  }

  /** Everything that has been appended. To be read, not to be changed. */
  toBuffer(): Buffer {
    return this.#only ?? this.#bytes.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(LEAST_CAPACITY, length, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
