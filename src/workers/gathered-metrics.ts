import { keepTotals, mergeFamilies } from '../telemetry/merge-families.ts';
import type { MetricFamily } from '../telemetry/metric-family.ts';

/** How long a worker's answer is waited for, in milliseconds. What it has said before stands in for it then. */
const ANSWER_MS = 1_000;

type Families = readonly MetricFamily[];

/** A worker that can be asked for its metrics. */
export interface MetricsSource {
  readonly id: number;
  /** Whether it serves: one that is starting has nothing to tell. */
  readonly isReady: boolean;
  tellMetrics(ask: number): void;
}

/**
 * The metrics of all workers as those of one server. What has been counted by a worker that has ended goes on counting, so that
 * no sum ever falls while the server runs.
 */
export class GatheredMetrics {
  readonly #answerMs: number;
  readonly #latest = new Map<number, Families>();
  readonly #waiting = new Map<number, Map<number, () => void>>();
  #ended: Families = [];
  #asks = 0;

  constructor(answerMs = ANSWER_MS) {
    this.#answerMs = answerMs;
  }

  /** Resolves within the time for an answer. Never rejects. */
  async gather(sources: readonly MetricsSource[]): Promise<Families> {
    this.#asks += 1;
    const ask = this.#asks;
    const answered = new Map<number, () => void>();
    const answers = sources.flatMap(({ id, isReady }) => {
      if (!isReady) return [];
      const { promise, resolve } = Promise.withResolvers<void>();
      answered.set(id, resolve);
      return [promise];
    });
    this.#waiting.set(ask, answered);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#answerMs);
    for (const source of sources) if (source.isReady) source.tellMetrics(ask);
    await Promise.race([Promise.all(answers), late.promise]);
    clearTimeout(timer);
    this.#waiting.delete(ask);
    return mergeFamilies([...this.#latest.values(), this.#ended]);
  }

  /** Takes what a worker has told of itself. */
  take(id: number, ask: number | null, families: Families): void {
    this.#latest.set(id, families);
    if (ask !== null) this.#waiting.get(ask)?.get(id)?.();
  }

  /** A worker has ended: what it has counted stays, and no answer is waited for. */
  retire(id: number): void {
    const last = this.#latest.get(id);
    this.#latest.delete(id);
    if (last !== undefined) this.#ended = mergeFamilies([this.#ended, keepTotals(last)]);
    for (const answered of this.#waiting.values()) answered.get(id)?.();
  }
}
