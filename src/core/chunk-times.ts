/**
 * Upper bounds of the times between two chunks, in seconds, as OpenTelemetry's conventions for generative AI (schema 1.42)
 * advise for `gen_ai.client.operation.time_per_output_chunk`.
 */
export const CHUNK_BOUNDS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/**
 * How long the chunks of one streamed answer after the first have taken, each from the one before. Only sums are kept, so
 * that an answer of any length takes the same room, and a chunk costs a look at the clock.
 */
export class ChunkTimes {
  /** How many times fell under each bound and above the one before; last: above all of them. */
  readonly counts = new Uint32Array(CHUNK_BOUNDS.length + 1);
  /** The sum of those times, in seconds. */
  readonly sums = new Float64Array(CHUNK_BOUNDS.length + 1);
  readonly #calledMs: number;
  #firstMs: number | null = null;
  #lastMs = 0;

  /** `calledMs`: when the provider was called, by `performance.now()`. */
  constructor(calledMs: number) {
    this.#calledMs = calledMs;
  }

  /** So many chunks have come at once, one at least, at a time by `performance.now()`. */
  note(nowMs: number, count = 1): void {
    if (this.#firstMs === null) this.#firstMs = nowMs;
    else this.#add(1, (nowMs - this.#lastMs) / 1_000);
    if (count > 1) this.#add(count - 1, 0);
    this.#lastMs = nowMs;
  }

  #add(count: number, seconds: number): void {
    let bucket = 0;
    while (seconds > (CHUNK_BOUNDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
    this.sums[bucket] = (this.sums[bucket] ?? 0) + count * seconds;
  }

  /** From the call to the first chunk, in seconds; null: none has come. */
  get firstSeconds(): number | null {
    return this.#firstMs === null ? null : (this.#firstMs - this.#calledMs) / 1_000;
  }

  /** How many chunks have come after the first. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
