import { BATCH_METRICS } from '../src/telemetry/batch-metrics.ts';
import { GENERATION_METRICS } from '../src/telemetry/generation-metrics.ts';
import type { MetricDefinition } from '../src/telemetry/metric-definition.ts';
import { SERVER_METRICS } from '../src/telemetry/metrics.ts';
import { PRINCIPAL_METRICS } from '../src/telemetry/principal-metrics.ts';
import { READING_METRICS } from '../src/telemetry/readings.ts';
import { SHARED_METRICS } from '../src/telemetry/shared-readings.ts';

/** Every metric of this server's own, in the order of docs/metrics.md. */
const METRICS: readonly MetricDefinition[] = [
  GENERATION_METRICS,
  BATCH_METRICS,
  SHARED_METRICS,
  READING_METRICS,
  SERVER_METRICS,
  PRINCIPAL_METRICS,
].flatMap((group) => Object.values<MetricDefinition>(group));

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const printMetrics = (): string =>
  [
    row('metric', 'kind', 'labels', 'meaning'),
    row('---', '---', '---', '---'),
    ...METRICS.map(({ name, type, labels, help }) => row(`\`${name}\``, type, labels.join(', '), help)),
  ].join('\n');
