import type { Registry } from 'prom-client';

/** What of an exemplar prom-client keeps. */
interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly metricName?: string;
  readonly exemplar?: Exemplar | null;
}

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const escape = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const toLabels = (labels: Sample['labels']): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};

const toExemplar = (exemplar: Exemplar | null | undefined): string => {
  if (exemplar === null || exemplar === undefined) return '';
  const { labelSet, value, timestamp } = exemplar;
  return ` # {${toLabels(labelSet).slice(1, -1)}} ${value} ${timestamp}`;
};

/**
 * The metrics of a registry in the format OpenMetrics 1.0, which alone has exemplars. prom-client writes it for a registry
 * that is asked for nothing else: it takes the ending of the names of counters away for good.
 */
export const toOpenMetrics = async (registry: Registry): Promise<string> => {
  const metrics = await registry.getMetricsAsJSON();
  const lines = metrics.flatMap(({ name, help, type, values }) => {
    // The name of a family of counters is that of its samples without their ending.
    const family = String(type) === 'counter' ? name.replace(/_total$/, '') : name;
    const samples: readonly Sample[] = values;
    return [
      `# HELP ${family} ${escape(help)}`,
      `# TYPE ${family} ${String(type)}`,
      ...samples.map(
        ({ metricName = name, labels, value, exemplar }) =>
          `${metricName}${toLabels(labels)} ${value}${toExemplar(exemplar)}`,
      ),
    ];
  });
  return `${[...lines, '# EOF'].join('\n')}\n`;
};
