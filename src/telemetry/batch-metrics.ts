import type { Registry } from 'prom-client';
import type { Telemetry } from '../core/telemetry.ts';
import { createCounter, createHistogram, defineMetrics, observe } from './metric-definition.ts';
import { labelsOf, MODEL } from './model-labels.ts';

export const BATCH_METRICS = defineMetrics({
  steps: {
    name: 'modelgraph_batch_steps_total',
    type: 'counter',
    help: 'Steps of batches that called their vendor: submit, recover (find out whether a submission has arrived), poll, results.',
    labels: ['provider', 'step'],
  },
  stepFailures: {
    name: 'modelgraph_batch_step_failures_total',
    type: 'counter',
    help: 'Steps of batches that failed. All but the last of a batch are taken again.',
    labels: ['provider', 'step', 'code'],
  },
  items: {
    name: 'modelgraph_batch_items_total',
    type: 'counter',
    help: 'Requests of batches whose outcome this node has stored, by their final status.',
    labels: [...MODEL, 'mode', 'status'],
  },
  ended: {
    name: 'modelgraph_batches_ended_total',
    type: 'counter',
    help: 'Batches that have ended on this node.',
    labels: [...MODEL, 'mode', 'status'],
  },
  duration: {
    name: 'modelgraph_batch_duration_seconds',
    type: 'histogram',
    help: 'From the submission of a batch to its end.',
    labels: ['provider', 'mode'],
    buckets: [10, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 172_800],
  },
});

/** Counts and times what is done for batches, in a registry. */
export const createBatchMetrics = (
  registry: Registry,
): Pick<Telemetry, 'batchStepStarted' | 'batchResultsStored' | 'batchEnded'> => {
  const steps = createCounter(BATCH_METRICS.steps, registry);
  const stepFailures = createCounter(BATCH_METRICS.stepFailures, registry);
  const items = createCounter(BATCH_METRICS.items, registry);
  const batches = createCounter(BATCH_METRICS.ended, registry);
  const duration = createHistogram(BATCH_METRICS.duration, registry);
  return {
    batchStepStarted({ config: { provider }, step }) {
      steps.inc({ provider, step });
      return (code) => {
        if (code !== null) stepFailures.inc({ provider, step, code });
      };
    },
    batchResultsStored({ config, mode, outcomes }) {
      for (const { status } of outcomes) items.inc({ ...labelsOf(config), mode, status });
    },
    batchEnded({ config, mode, status, createdAt, completedAt }) {
      batches.inc({ ...labelsOf(config), mode, status });
      if (completedAt === null) return;
      const seconds = Math.max(0, completedAt.getTime() - createdAt.getTime()) / 1_000;
      observe(duration, { provider: config.provider, mode }, seconds);
    },
  };
};
