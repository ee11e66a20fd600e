import { Histogram, type Registry } from 'prom-client';
import { CHUNK_BOUNDS, type ChunkTimes } from '../core/chunk-times.ts';
import type { MetricDefinition } from './metric-definition.ts';

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram that takes all times of an answer at once. prom-client's own observes them one by one, each for as much as a
 * delta costs in all.
 */
export class ChunkHistogram extends Histogram {
  readonly #definition: MetricDefinition;
  readonly #series = new Map<string, Series>();

  constructor(definition: MetricDefinition, registry: Registry) {
    const { name, help, labels } = definition;
    super({ name, help, labelNames: labels, buckets: [...CHUNK_BOUNDS], registers: [registry] });
    this.#definition = definition;
  }

  add(labels: Labels, { counts, sums }: ChunkTimes): void {
    const key = JSON.stringify(labels);
    const series = this.#series.get(key) ?? { labels, counts: CHUNK_BOUNDS.concat(0).map(() => 0), sum: 0 };
    this.#series.set(key, series);
    for (const [bucket, count] of counts.entries())
      series.counts[bucket] = (series.counts[bucket] ?? 0) + count;
    series.sum += sums.reduce((total, sum) => total + sum, 0);
  }

  /** What the registry, and `get`, read the values from. */
  async getForPromString() {
    const { name, help, type } = this.#definition;
    const values = [...this.#series.values()].flatMap((series) => toValues(name, series));
    return { name, help, type, values, aggregator: 'sum' };
  }
}

/** As prom-client has them: labels of one value, and those that all values of a series share. */
const toValues = (name: string, { labels: sharedLabels, counts, sum }: Series) => {
  let total = 0;
  const buckets = counts.map((count, bucket) => {
    total += count;
    const labels = { le: CHUNK_BOUNDS[bucket] ?? '+Inf' };
    return { metricName: `${name}_bucket`, labels, sharedLabels, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum },
    { metricName: `${name}_count`, labels: {}, sharedLabels, value: total },
  ];
};
