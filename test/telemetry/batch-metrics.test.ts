import { expect, test } from 'vitest';
import { ChunkTimes } from '../../src/core/chunk-times.ts';
import type { SharedCounts } from '../../src/core/shared-counts.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { madeBatch, madeCost, madeGeneration, madeModel } from '../support/app/generation.ts';
import { plainRequest } from '../support/plain-request.ts';

const MODEL = madeModel();
const REQUEST = plainRequest();

const linesOf = async (metrics: Metrics, name: string): Promise<string[]> => {
  const { body } = await metrics.scrape();
  return body.split('\n').filter((line) => line.startsWith(name));
};

const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 15,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
} as const;

const RESULTS = {
  principalId: 'alice',
  config: MODEL,
  outcomes: [
    { status: 'succeeded', result: { usage: USAGE, cost: madeCost({ total: 0.5 }) } },
    { status: 'failed', result: { usage: null, cost: null } },
  ],
} as const;

test('the results of a batch are counted by status, those of a vendor with what they have used', async () => {
  const metrics = createMetrics({});
  metrics.telemetry.batchResultsStored({ ...RESULTS, mode: 'native' });
  // The requests of a sequential batch were counted as generations.
  metrics.telemetry.batchResultsStored({ ...RESULTS, mode: 'sequential' });
  expect(await linesOf(metrics, 'modelgraph_batch_items_total')).toEqual([
    'modelgraph_batch_items_total{model="toy",provider="toy",mode="native",status="succeeded"} 1',
    'modelgraph_batch_items_total{model="toy",provider="toy",mode="native",status="failed"} 1',
    'modelgraph_batch_items_total{model="toy",provider="toy",mode="sequential",status="succeeded"} 1',
    'modelgraph_batch_items_total{model="toy",provider="toy",mode="sequential",status="failed"} 1',
  ]);
  expect(await linesOf(metrics, 'modelgraph_tokens_total')).toEqual([
    'modelgraph_tokens_total{model="toy",provider="toy",kind="input"} 10',
    'modelgraph_tokens_total{model="toy",provider="toy",kind="output"} 5',
  ]);
  expect(await linesOf(metrics, 'modelgraph_cost_usd_total')).toEqual([
    'modelgraph_cost_usd_total{model="toy",provider="toy"} 0.5',
  ]);
});

test('steps of batches are counted, those that failed by their code, and batches with their duration', async () => {
  const metrics = createMetrics({});
  const { telemetry } = metrics;
  const step = { batchId: 'batch_1', config: MODEL, step: 'poll' } as const;
  telemetry.batchStepStarted(step)(null);
  telemetry.batchStepStarted(step)('PROVIDER_OVERLOADED');
  telemetry.batchEnded(madeBatch(MODEL));
  expect(await linesOf(metrics, 'modelgraph_batch_step')).toEqual([
    'modelgraph_batch_steps_total{provider="toy",step="poll"} 2',
    'modelgraph_batch_step_failures_total{provider="toy",step="poll",code="PROVIDER_OVERLOADED"} 1',
  ]);
  expect(await linesOf(metrics, 'modelgraph_batches_ended_total')).toEqual([
    'modelgraph_batches_ended_total{model="toy",provider="toy",mode="native",status="completed"} 1',
  ]);
  expect(await linesOf(metrics, 'modelgraph_batch_duration_seconds_sum')).toEqual([
    'modelgraph_batch_duration_seconds_sum{provider="toy",mode="native"} 60',
  ]);
});

const COUNTS: SharedCounts = {
  nodes: 3,
  batches: [
    {
      status: 'running',
      batches: 2,
      oldestAgeMs: 90_000,
      items: { pending: 7, succeeded: 3, failed: 1, cancelled: 0, expired: 0 },
    },
  ],
};

test('what all nodes share is counted once for scrapes that follow each other, statuses without a batch as 0', async () => {
  let times = 0;
  const metrics = createMetrics({
    sharedCounts: () => {
      times += 1;
      return Promise.resolve(COUNTS);
    },
  });
  await Promise.all([metrics.scrape(), metrics.scrape()]);
  expect(await linesOf(metrics, 'modelgraph_nodes')).toEqual(['modelgraph_nodes 3']);
  expect(await linesOf(metrics, 'modelgraph_batches{')).toEqual([
    'modelgraph_batches{status="queued"} 0',
    'modelgraph_batches{status="submitted"} 0',
    'modelgraph_batches{status="running"} 2',
    'modelgraph_batches{status="cancelling"} 0',
  ]);
  expect(await linesOf(metrics, 'modelgraph_batch_oldest_age_seconds{status="running"}')).toEqual([
    'modelgraph_batch_oldest_age_seconds{status="running"} 90',
  ]);
  expect(await linesOf(metrics, 'modelgraph_batch_items{status="pending"}')).toEqual([
    'modelgraph_batch_items{status="pending"} 7',
  ]);
  expect(times).toBe(1);
});

test('a store that fails leaves what it would have counted without values, and the scrape whole', async () => {
  let fails = false;
  const metrics = createMetrics({
    sharedCounts: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(COUNTS)),
    isStoreUp: () => !fails,
  });
  fails = true;
  expect(await linesOf(metrics, 'modelgraph_nodes')).toEqual([]);
  expect(await linesOf(metrics, 'modelgraph_batches{')).toEqual([]);
  expect(await linesOf(metrics, 'modelgraph_store_up')).toEqual(['modelgraph_store_up 0']);
  fails = false;
  expect(await linesOf(metrics, 'modelgraph_nodes')).toEqual(['modelgraph_nodes 3']);
});

test('use is counted by principal for as many keys as the operator wants, users and all others together', async () => {
  const metrics = createMetrics({ maxPrincipals: 2 });
  const end = (principalId: string): void =>
    metrics.telemetry
      .generationStarted('gen_1', MODEL, 0)
      .ended(madeGeneration({ principalId, usage: USAGE, cost: madeCost({ total: 1 }) }));
  for (const id of ['alice', 'ben', 'carl', 'alice', 'user:shop:ann', 'user:shop:bob']) end(id);
  metrics.telemetry.batchResultsStored({ ...RESULTS, mode: 'native' });
  expect(await linesOf(metrics, 'modelgraph_principal_generations_total')).toEqual([
    'modelgraph_principal_generations_total{principal="alice",status="completed"} 2',
    'modelgraph_principal_generations_total{principal="ben",status="completed"} 1',
    'modelgraph_principal_generations_total{principal="other",status="completed"} 1',
    'modelgraph_principal_generations_total{principal="users",status="completed"} 2',
    'modelgraph_principal_generations_total{principal="alice",status="succeeded"} 1',
    'modelgraph_principal_generations_total{principal="alice",status="failed"} 1',
  ]);
  expect(await linesOf(metrics, 'modelgraph_principal_cost_usd_total{principal="alice"}')).toEqual([
    'modelgraph_principal_cost_usd_total{principal="alice"} 2.5',
  ]);
});

test('the times between chunks are counted for a whole answer at once, as they were one by one', async () => {
  const metrics = createMetrics({});
  const generation = metrics.telemetry.generationStarted('gen_1', MODEL, 0);
  generation.turnStarted(MODEL, REQUEST);
  const chunks = new ChunkTimes(0);
  for (const atMs of [300, 305, 315, 400, 200_000]) chunks.note(atMs);
  generation.chunksReceived(chunks);
  const name = 'modelgraph_output_chunk_seconds';
  const labels = 'model="toy",provider="toy"';
  const lines = await linesOf(metrics, name);
  expect(lines).toEqual(
    expect.arrayContaining([
      `${name}_bucket{le="0.01",${labels}} 2`,
      `${name}_bucket{le="0.08",${labels}} 2`,
      `${name}_bucket{le="0.16",${labels}} 3`,
      `${name}_bucket{le="81.92",${labels}} 3`,
      `${name}_bucket{le="+Inf",${labels}} 4`,
      `${name}_count{${labels}} 4`,
    ]),
  );
  const { body } = await metrics.scrape('open-metrics');
  expect(
    body
      .split('\n')
      .filter((line) => line.startsWith(name))
      .toSorted(),
  ).toEqual(lines.toSorted());
});

test('a wait for tool results is timed, and counts as awaited until it ends', async () => {
  const metrics = createMetrics({});
  const generation = metrics.telemetry.generationStarted('gen_1', MODEL, performance.now());
  generation.turnStarted(MODEL, REQUEST);
  generation.actionRequired(madeGeneration({ status: 'requires-action' }));
  expect(await linesOf(metrics, 'modelgraph_generations_awaiting_tools')).toEqual([
    'modelgraph_generations_awaiting_tools 1',
  ]);
  generation.ended(madeGeneration({ status: 'cancelled' }));
  expect(await linesOf(metrics, 'modelgraph_generations_awaiting_tools')).toEqual([
    'modelgraph_generations_awaiting_tools 0',
  ]);
  expect(await linesOf(metrics, 'modelgraph_tool_wait_seconds_count')).toEqual([
    'modelgraph_tool_wait_seconds_count{model="toy",provider="toy"} 1',
  ]);
});
