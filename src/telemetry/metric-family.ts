import type { Registry } from 'prom-client';

/** What of an exemplar is kept. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** Left out: the name of its family. */
  readonly metricName?: string;
  readonly exemplar?: Exemplar | null;
}

/** How the values of several workers become one. */
export type Aggregator = 'sum' | 'max' | 'min' | 'average';

/** A metric with its values, as plain data that can be sent to another process. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: Aggregator;
  readonly values: readonly MetricSample[];
}

const AGGREGATORS: ReadonlySet<string> = new Set<Aggregator>(['sum', 'max', 'min', 'average']);

const isAggregator = (name: string | undefined): name is Aggregator => AGGREGATORS.has(name ?? '');

const toPlain = ({ value, labels, metricName, exemplar }: MetricSample): MetricSample => ({
  value,
  labels,
  ...(metricName !== undefined && { metricName }),
  ...(exemplar != null && { exemplar }),
});

/** The present values of a registry. */
export const readFamilies = async (registry: Registry): Promise<readonly MetricFamily[]> => {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map(({ name, help, type, aggregator, values }) => {
    const samples: readonly MetricSample[] = values;
    return {
      name,
      help,
      type: String(type),
      aggregator: isAggregator(aggregator) ? aggregator : 'sum',
      values: samples.map(toPlain),
    };
  });
};
