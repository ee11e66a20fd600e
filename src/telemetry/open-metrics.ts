import type { Registry } from 'prom-client';
import { type Exemplar, type MetricFamily, type MetricSample, readFamilies } from './metric-family.ts';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const escape = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

/** Infinity as Prometheus writes it. */
const toNumber = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';

const toLabels = (labels: MetricSample['labels']): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};

const toExemplar = (exemplar: Exemplar | null | undefined): string => {
  if (exemplar === null || exemplar === undefined) return '';
  const { labelSet, value, timestamp } = exemplar;
  return ` # {${toLabels(labelSet).slice(1, -1)}} ${value} ${timestamp}`;
};

const toHead = (family: string, { help, type }: MetricFamily): readonly string[] => [
  `# HELP ${family} ${escape(help)}`,
  `# TYPE ${family} ${type}`,
];

/** Metrics in the format OpenMetrics 1.0, which alone has exemplars. */
export const writeOpenMetrics = (families: readonly MetricFamily[]): string => {
  const lines = families.flatMap((family) => {
    const { name, type, values } = family;
    // The name of a family of counters is that of its samples without their ending.
    return [
      ...toHead(type === 'counter' ? name.replace(/_total$/, '') : name, family),
      ...values.map(
        ({ metricName = name, labels, value, exemplar }) =>
          `${metricName}${toLabels(labels)} ${value}${toExemplar(exemplar)}`,
      ),
    ];
  });
  return `${[...lines, '# EOF'].join('\n')}\n`;
};

/** Metrics in Prometheus's own text format. */
export const writePrometheus = (families: readonly MetricFamily[]): string =>
  families
    .map((family) =>
      [
        ...toHead(family.name, family),
        ...family.values.map(
          ({ metricName = family.name, labels, value }: MetricSample) =>
            `${metricName}${toLabels(labels)} ${toNumber(value)}`,
        ),
        '',
      ].join('\n'),
    )
    .join('\n');

/**
 * The metrics of a registry in the format OpenMetrics 1.0. prom-client writes it for a registry that is asked for nothing
 * else: it takes the ending of the names of counters away for good.
 */
export const toOpenMetrics = async (registry: Registry): Promise<string> =>
  writeOpenMetrics(await readFamilies(registry));
