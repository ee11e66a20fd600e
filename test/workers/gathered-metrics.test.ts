import { expect, it } from 'vitest';
import type { Aggregator, MetricFamily, MetricSample } from '../../src/telemetry/metric-family.ts';
import { writeOpenMetrics, writePrometheus } from '../../src/telemetry/open-metrics.ts';
import { GatheredMetrics } from '../../src/workers/gathered-metrics.ts';

const family = (
  name: string,
  type: string,
  values: readonly MetricSample[],
  aggregator: Aggregator = 'sum',
): MetricFamily => ({ name, type, aggregator, values, help: 'What it counts.' });

const counted = (value: number, running: number): readonly MetricFamily[] => [
  family('ended_total', 'counter', [{ labels: { model: 'a' }, value }]),
  family('running', 'gauge', [{ labels: {}, value: running }]),
];

/** Workers that answer as they are told to; null: not at all. */
const createSources = (
  metrics: GatheredMetrics,
  answers: Readonly<Record<number, readonly MetricFamily[] | null>>,
) =>
  Object.entries(answers).map(([id, families]) => ({
    id: Number(id),
    isReady: true,
    tellMetrics(ask: number) {
      if (families !== null) metrics.take(Number(id), ask, families);
    },
  }));

it('values of workers are added up by their labels, or taken as their metric says', async () => {
  const metrics = new GatheredMetrics();
  const list = (first: number, second: number, moment: number): readonly MetricFamily[] => [
    family('ended_total', 'counter', [
      { labels: { model: 'a', code: 'none' }, value: first },
      { labels: { code: 'none', model: 'b' }, value: second },
    ]),
    family('up', 'gauge', [{ labels: {}, value: moment }], 'min'),
    family('lag', 'gauge', [{ labels: {}, value: moment }], 'max'),
    family('busy', 'gauge', [{ labels: {}, value: moment }], 'average'),
  ];
  const gathered = await metrics.gather(createSources(metrics, { 1: list(1, 2, 0), 2: list(10, 20, 1) }));
  expect(writePrometheus(gathered)).toBe(
    [
      '# HELP ended_total What it counts.',
      '# TYPE ended_total counter',
      'ended_total{model="a",code="none"} 11',
      'ended_total{code="none",model="b"} 22',
      '',
      '# HELP up What it counts.',
      '# TYPE up gauge',
      'up 0',
      '',
      '# HELP lag What it counts.',
      '# TYPE lag gauge',
      'lag 1',
      '',
      '# HELP busy What it counts.',
      '# TYPE busy gauge',
      'busy 0.5',
      '',
    ].join('\n'),
  );
});

it('what a worker has counted stays when it has ended, and what it held does not', async () => {
  const metrics = new GatheredMetrics();
  await metrics.gather(createSources(metrics, { 1: counted(3, 2), 2: counted(4, 1) }));
  metrics.retire(1);
  expect(await metrics.gather(createSources(metrics, { 2: counted(5, 1) }))).toMatchObject([
    { name: 'ended_total', values: [{ value: 8 }] },
    { name: 'running', values: [{ value: 1 }] },
  ]);
  metrics.retire(2);
  expect(await metrics.gather([])).toMatchObject([{ name: 'ended_total', values: [{ value: 8 }] }]);
});

it('a worker that does not answer counts as it did before, and one that ends is waited for no longer', async () => {
  const impatient = new GatheredMetrics(0);
  await impatient.gather(createSources(impatient, { 1: counted(3, 2), 2: counted(4, 1) }));
  expect(await impatient.gather(createSources(impatient, { 1: null, 2: counted(5, 0) }))).toMatchObject([
    { values: [{ value: 8 }] },
    { values: [{ value: 2 }] },
  ]);
  const patient = new GatheredMetrics(86_400_000);
  const gathering = patient.gather(createSources(patient, { 1: null, 2: counted(5, 0) }));
  patient.retire(1);
  expect(await gathering).toMatchObject([{ values: [{ value: 5 }] }, { values: [{ value: 0 }] }]);
});

it('a bucket shows the latest exemplar of any worker', async () => {
  const metrics = new GatheredMetrics();
  const list = (trace: string, timestamp: number): readonly MetricFamily[] => [
    family('seconds', 'histogram', [
      {
        metricName: 'seconds_bucket',
        labels: { le: '1' },
        value: 1,
        exemplar: { labelSet: { trace_id: trace }, value: 0.5, timestamp },
      },
    ]),
  ];
  const gathered = await metrics.gather(createSources(metrics, { 1: list('new', 9), 2: list('old', 8) }));
  expect(writeOpenMetrics(gathered)).toContain('seconds_bucket{le="1"} 2 # {trace_id="new"} 0.5 9\n');
});
