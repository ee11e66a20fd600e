import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Aggregator } from './metric-family.ts';

/** What is known of a metric before anything is measured: docs/metrics.md is printed from it. */
export interface MetricDefinition<Label extends string = string> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each has a bounded set of values: models, providers, statuses, codes, never ids, principals or texts. */
  readonly labels: readonly Label[];
  /** How the values of several workers become one, of gauges alone; left out: they are added up. */
  readonly aggregator?: Aggregator;
  /** Upper bounds, of histograms alone. */
  readonly buckets?: readonly number[];
}

/** Keeps the labels of each definition as types. */
export const defineMetrics = <
  const Label extends string,
  const Definitions extends Readonly<Record<string, MetricDefinition<Label>>>,
>(
  definitions: Definitions,
): Definitions => definitions;

type LabelOf<Definition extends MetricDefinition> = Definition['labels'][number];

/** `collect` sets the present values at every scrape. */
export const createCounter = <const Definition extends MetricDefinition>(
  { name, help, labels }: Definition,
  registry: Registry,
  collect?: (counter: Counter<LabelOf<Definition>>) => void,
): Counter<LabelOf<Definition>> => {
  const counter: Counter<LabelOf<Definition>> = new Counter({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    ...(collect !== undefined && { collect: () => collect(counter) }),
  });
  return counter;
};

/** `collect` sets the present values at every scrape. */
export const createGauge = <const Definition extends MetricDefinition>(
  { name, help, labels, aggregator = 'sum' }: Definition,
  registry: Registry,
  collect?: (gauge: Gauge<LabelOf<Definition>>) => void,
): Gauge<LabelOf<Definition>> => {
  const gauge: Gauge<LabelOf<Definition>> = new Gauge({
    name,
    help,
    labelNames: labels,
    aggregator,
    registers: [registry],
    ...(collect !== undefined && { collect: () => collect(gauge) }),
  });
  return gauge;
};

/** A histogram whose buckets can name a trace, which a scrape in the format OpenMetrics shows. */
export type TracedHistogram<Label extends string> = Histogram<Label | 'trace_id'>;

export const createHistogram = <const Definition extends MetricDefinition>(
  { name, help, labels, buckets = [] }: Definition,
  registry: Registry,
): TracedHistogram<LabelOf<Definition>> => {
  const histogram = new Histogram<LabelOf<Definition> | 'trace_id'>({
    name,
    help,
    labelNames: labels,
    buckets: [...buckets],
    enableExemplars: true,
    registers: [],
  });
  // A registry takes exemplars at once only where it writes nothing but OpenMetrics.
  registry.registerMetric(histogram);
  return histogram;
};

/** Gives the trace of a generation that is under way; undefined where it is not recorded. */
export type FindTraceId = (generationId: string) => string | undefined;

/** Observes a value, with the trace that it belongs to as its exemplar. */
export const observe = <Label extends string>(
  histogram: TracedHistogram<Label>,
  labels: Partial<Record<Label | 'trace_id', string>>,
  value: number,
  traceId?: string,
): void => {
  const exemplarLabels: Partial<Record<Label | 'trace_id', string>> = {};
  if (traceId !== undefined) Object.assign(exemplarLabels, { trace_id: traceId });
  histogram.observe({ labels, value, exemplarLabels });
};
