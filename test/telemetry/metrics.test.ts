import { expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { madeCost, madeGeneration, madeModel } from '../support/app/generation.ts';
import { plainRequest } from '../support/plain-request.ts';

const MODEL = madeModel();
const OTHER = madeModel('other');
const REQUEST = plainRequest();
const LABELS = 'model="toy",provider="toy"';

/** The lines of a scrape that begin with a name, without help and type. */
const linesOf = async (metrics: Metrics, name: string): Promise<string[]> => {
  const { body } = await metrics.scrape();
  return body.split('\n').filter((line) => line.startsWith(name));
};

/** Every value of a scrape, by its name and labels. */
const valuesOf = async (metrics: Metrics): Promise<ReadonlyMap<string, number>> => {
  const { body } = await metrics.scrape();
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
};

test('a generation that has ended is counted with its tokens, its cost and its times', async () => {
  const metrics = createMetrics({});
  const generation = metrics.telemetry.generationStarted('gen_1', MODEL, performance.now());
  generation.turnStarted(MODEL, REQUEST);
  expect((await valuesOf(metrics)).get('modelgraph_generations_running')).toBe(1);
  generation.ended(
    madeGeneration({
      firstDeltaMs: 700,
      usage: {
        inputTokens: 100,
        outputTokens: 20,
        totalTokens: 120,
        cacheReadTokens: 60,
        cacheWriteTokens: null,
        reasoningTokens: 0,
        audioInputTokens: null,
        source: 'provider',
      },
      cost: madeCost({ total: 0.0125 }),
    }),
  );
  const values = await valuesOf(metrics);
  expect(values.get('modelgraph_generations_running')).toBe(0);
  expect(await linesOf(metrics, 'modelgraph_generations_total')).toEqual([
    `modelgraph_generations_total{${LABELS},status="completed",code=""} 1`,
  ]);
  expect(await linesOf(metrics, 'modelgraph_tokens_total')).toEqual([
    `modelgraph_tokens_total{${LABELS},kind="input"} 100`,
    `modelgraph_tokens_total{${LABELS},kind="output"} 20`,
    `modelgraph_tokens_total{${LABELS},kind="cache_read"} 60`,
  ]);
  expect(values.get(`modelgraph_cost_usd_total{${LABELS}}`)).toBe(0.0125);
  expect(values.get(`modelgraph_first_delta_seconds_sum{${LABELS}}`)).toBe(0.7);
  expect(values.get(`modelgraph_generation_duration_seconds_count{${LABELS}}`)).toBe(1);
  expect(values.get(`modelgraph_provider_duration_seconds_count{${LABELS}}`)).toBe(1);
  expect(values.get('modelgraph_overhead_seconds_count')).toBe(1);
});

test('a failure is counted under its code, each retry and fallback under the model that failed', async () => {
  const metrics = createMetrics({});
  const generation = metrics.telemetry.generationStarted('gen_1', MODEL, performance.now());
  generation.turnStarted(MODEL, REQUEST);
  generation.retried('PROVIDER_OVERLOADED');
  generation.retried('PROVIDER_RATE_LIMITED');
  generation.fellBack('PROVIDER_OVERLOADED');
  generation.turnStarted(OTHER, REQUEST);
  const { resolution } = madeGeneration();
  generation.ended(
    madeGeneration({
      status: 'failed',
      resolution: { ...resolution, config: OTHER },
      error: {
        code: 'STREAM_STALLED',
        message: 'silent',
        retryable: true,
        retryAfterMs: null,
        provider: 'demo',
        providerStatus: null,
      },
    }),
  );
  expect(await linesOf(metrics, 'modelgraph_retries_total')).toEqual([
    `modelgraph_retries_total{${LABELS},code="PROVIDER_OVERLOADED"} 1`,
    `modelgraph_retries_total{${LABELS},code="PROVIDER_RATE_LIMITED"} 1`,
  ]);
  expect(await linesOf(metrics, 'modelgraph_fallbacks_total')).toEqual([
    `modelgraph_fallbacks_total{${LABELS},code="PROVIDER_OVERLOADED"} 1`,
  ]);
  expect(await linesOf(metrics, 'modelgraph_generations_total')).toEqual([
    'modelgraph_generations_total{model="other",provider="toy",status="failed",code="STREAM_STALLED"} 1',
  ]);
  expect(await linesOf(metrics, 'modelgraph_provider_duration_seconds_count')).toEqual([
    `modelgraph_provider_duration_seconds_count{${LABELS}} 1`,
    'modelgraph_provider_duration_seconds_count{model="other",provider="toy"} 1',
  ]);
});

test("waiting for tool results is no time of the provider's, and is this server's overhead once at most", async () => {
  const metrics = createMetrics({});
  const generation = metrics.telemetry.generationStarted('gen_1', MODEL, performance.now());
  generation.turnStarted(MODEL, REQUEST);
  generation.actionRequired(madeGeneration({ status: 'requires-action' }));
  generation.turnStarted(MODEL, REQUEST);
  generation.ended(madeGeneration());
  const values = await valuesOf(metrics);
  expect(values.get(`modelgraph_provider_duration_seconds_count{${LABELS}}`)).toBe(2);
  expect(values.get('modelgraph_overhead_seconds_count')).toBe(1);
});

test('a generation that ended before its provider was called has no time of one', async () => {
  const metrics = createMetrics({});
  metrics.telemetry
    .generationStarted('gen_1', MODEL, performance.now())
    .ended(madeGeneration({ status: 'cancelled', finishReason: null }));
  metrics.telemetry.generationRejected('UNSUPPORTED_CAPABILITY');
  const values = await valuesOf(metrics);
  expect(values.get(`modelgraph_generations_total{${LABELS},status="cancelled",code=""}`)).toBe(1);
  expect(values.get('modelgraph_generations_rejected_total{code="UNSUPPORTED_CAPABILITY"}')).toBe(1);
  expect([...values.keys()].filter((key) => key.startsWith('modelgraph_provider_duration'))).toEqual([]);
  expect(values.get('modelgraph_overhead_seconds_count')).toBe(0);
  expect(values.get('modelgraph_generations_running')).toBe(0);
});

test('a generation that comes to nothing, since another was started under its key, does not count as running', async () => {
  const metrics = createMetrics({});
  metrics.telemetry.generationStarted('gen_1', MODEL, performance.now());
  expect((await valuesOf(metrics)).get('modelgraph_generations_running')).toBe(0);
});

test('open streams are counted by transport, and closing one twice counts once', async () => {
  const metrics = createMetrics({});
  const close = metrics.streamOpened('sse');
  metrics.streamOpened('sse');
  metrics.streamOpened('websocket');
  close();
  close();
  expect(await linesOf(metrics, 'modelgraph_open_streams')).toEqual([
    'modelgraph_open_streams{transport="sse"} 1',
    'modelgraph_open_streams{transport="websocket"} 1',
  ]);
});

test('the store and the circuit breakers are asked at every scrape', async () => {
  let up = true;
  let states: readonly (readonly [string, 'open' | 'closed'])[] = [['openai', 'open']];
  const metrics = createMetrics({
    isStoreUp: () => up,
    queuedWrites: () => 7,
    circuitStates: () => states,
  });
  expect(await linesOf(metrics, 'modelgraph_store_up')).toEqual(['modelgraph_store_up 1']);
  expect(await linesOf(metrics, 'modelgraph_store_queued_writes')).toEqual([
    'modelgraph_store_queued_writes 7',
  ]);
  expect(await linesOf(metrics, 'modelgraph_circuit_state')).toEqual([
    'modelgraph_circuit_state{provider="openai",state="closed"} 0',
    'modelgraph_circuit_state{provider="openai",state="half-open"} 0',
    'modelgraph_circuit_state{provider="openai",state="open"} 1',
  ]);
  up = false;
  states = [];
  expect(await linesOf(metrics, 'modelgraph_store_up')).toEqual(['modelgraph_store_up 0']);
  expect(await linesOf(metrics, 'modelgraph_circuit_state')).toEqual([]);
});

test('writes to the store are timed and those that failed counted', async () => {
  const metrics = createMetrics({});
  metrics.telemetry.storeWritten(20, true);
  metrics.telemetry.storeWritten(30, false);
  const values = await valuesOf(metrics);
  expect(values.get('modelgraph_store_write_seconds_sum')).toBe(0.05);
  expect(values.get('modelgraph_store_write_failures_total')).toBe(1);
});

test('the state of the process is there, every number is finite, and two scrapes at once do no harm', async () => {
  const metrics = createMetrics({});
  metrics.start();
  const [values] = await Promise.all([valuesOf(metrics), valuesOf(metrics)]);
  metrics.stop();
  expect([...values.values()].filter((value) => !Number.isFinite(value))).toEqual([]);
  expect(values.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  expect(values.get('nodejs_eventloop_utilization')).toBeLessThanOrEqual(1);
  expect(values.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
});

test('the registries of two servers know nothing of each other', async () => {
  const [one, two] = [createMetrics({}), createMetrics({})];
  one.telemetry.generationRejected('INVALID_REQUEST');
  expect(await linesOf(one, 'modelgraph_generations_rejected_total')).toHaveLength(1);
  expect(await linesOf(two, 'modelgraph_generations_rejected_total')).toEqual([]);
});

test('every name says its unit or what it counts, and no label can hold what a client makes up', async () => {
  const metrics = createMetrics({ isStoreUp: () => true, queuedWrites: () => 0, circuitStates: () => [] });
  const generation = metrics.telemetry.generationStarted('gen_secret', MODEL, performance.now());
  generation.turnStarted(MODEL, REQUEST);
  generation.retried('PROVIDER_FAILED');
  generation.ended(madeGeneration({ id: 'gen_secret', principalId: 'alice', text: 'a secret' }));
  const { body, contentType } = await metrics.scrape();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).not.toMatch(/secret|alice/);
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]);
  expect(types.filter(([name = '', type]) => type === 'counter' && !name.endsWith('_total'))).toEqual([]);
  expect(types.filter(([name = '', type]) => type === 'histogram' && !name.endsWith('_seconds'))).toEqual([]);
  const labels = new Set([...body.matchAll(/[{,](\w+)="/g)].map(([, label]) => label));
  expect(labels).toEqual(new Set(['model', 'provider', 'code', 'status', 'le', 'transport']));
});
