import type { Aggregator, Exemplar, MetricFamily, MetricSample } from './metric-family.ts';

const AGGREGATE: Readonly<Record<Aggregator, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/** Appends to the list of a key, in the order in which keys came first. */
const group = <Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Iterable<readonly Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, [item]);
    else found.push(item);
  }
  return groups.values();
};

const toKey = ({ metricName = '', labels }: MetricSample): string =>
  JSON.stringify([metricName, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const findLatest = (samples: readonly MetricSample[]): Exemplar | undefined =>
  samples
    .flatMap(({ exemplar }) => exemplar ?? [])
    .toSorted((a, b) => a.timestamp - b.timestamp)
    .at(-1);

const mergeSamples = (samples: readonly MetricSample[], aggregator: Aggregator): readonly MetricSample[] => {
  const [first] = samples;
  if (first === undefined) return [];
  const exemplar = findLatest(samples);
  const value = AGGREGATE[aggregator](samples.map((sample) => sample.value));
  return [{ ...first, value, ...(exemplar !== undefined && { exemplar }) }];
};

/** The metrics of several workers as those of one server. A value that one of them lacks is made of those of the others. */
export const mergeFamilies = (lists: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] =>
  [...group(lists.flat(), ({ name }) => name)].flatMap((families) => {
    const [first] = families;
    if (first === undefined) return [];
    const samples = families.flatMap(({ values }) => values);
    const values = [...group(samples, toKey)].flatMap((alike) => mergeSamples(alike, first.aggregator));
    return [{ ...first, values }];
  });

/** What goes on counting after its process has ended: counters and histograms, not what was there at one moment. */
export const keepTotals = (families: readonly MetricFamily[]): readonly MetricFamily[] =>
  families.filter(({ type }) => type !== 'gauge');
