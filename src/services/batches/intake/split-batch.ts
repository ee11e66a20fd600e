import type { BatchSupport } from '../../../core/model-config.ts';
import { findBatchLimits } from '../../../core/vendor-batch.ts';

/** Items that follow each other and go to the vendor together. */
export interface BatchPart {
  readonly firstIndex: number;
  readonly itemCount: number;
}

/** Divides a batch, whose items come one after the other, into as few vendor batches as hold them. */
export class BatchSplitter {
  readonly #maxRequests: number;
  /** What one vendor batch may take; null where there is no limit. */
  readonly maxBytes: number | null;
  readonly #parts: BatchPart[] = [];
  #firstIndex = 0;
  #itemCount = 0;
  #bytes = 0;

  /** Without limits: all of them are one part. */
  constructor(support: BatchSupport) {
    const limits = findBatchLimits(support);
    this.#maxRequests = limits?.maxRequests ?? Number.POSITIVE_INFINITY;
    this.maxBytes = limits?.maxBytes ?? null;
  }

  /** The next item takes so many bytes, not more than `maxBytes`. */
  add(bytes: number): void {
    const isFull =
      this.#itemCount === this.#maxRequests ||
      (this.maxBytes !== null && this.#itemCount > 0 && this.#bytes + bytes > this.maxBytes);
    if (isFull) this.#close();
    this.#itemCount += 1;
    this.#bytes += bytes;
  }

  /** In order; together they hold every item that was added. */
  parts(): readonly BatchPart[] {
    const last = { firstIndex: this.#firstIndex, itemCount: this.#itemCount };
    return this.#itemCount === 0 ? this.#parts : [...this.#parts, last];
  }

  #close(): void {
    this.#parts.push({ firstIndex: this.#firstIndex, itemCount: this.#itemCount });
    this.#firstIndex += this.#itemCount;
    this.#itemCount = 0;
    this.#bytes = 0;
  }
}
