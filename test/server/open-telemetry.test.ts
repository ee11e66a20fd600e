import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import { request, startApp } from '../support/app/app.ts';
import { endOfBatch, SUBMIT_BATCH } from '../support/app/batches.ts';
import { registerOtelSdk } from '../support/app/otel-sdk.ts';
import { type CollectedSpan, startOtlpCollector } from '../support/app/otlp-collector.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../support/batch-vendors/toy-batch-vendor.ts';

const usageOf = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider' as const,
});

const CALL: StreamEvent = {
  type: 'tool-call',
  toolCall: {
    callId: 'call_1',
    name: 'weather',
    arguments: { city: 'Oslo' },
    builtIn: false,
    result: null,
    opaque: null,
  },
};

/** Overloaded at first, then asks for a tool, then answers with its result. */
const createWeatherToy = () => {
  let attempts = 0;
  return createToy(async function* ({ request: { messages } }) {
    attempts += 1;
    if (attempts === 1) throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy', retryAfterMs: 1 });
    yield textDelta('Let me ');
    yield textDelta('see.');
    if (messages.at(-1)?.role !== 'tool') {
      yield CALL;
      yield finishEvent({ reason: 'tool-calls', usage: usageOf(10, 5) });
      return;
    }
    yield textDelta(' Rain.');
    yield finishEvent({ usage: usageOf(20, 7) });
  });
};

const TOOLS = [{ function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];

const INPUT = { model: 'toy', system: 'Be secretive.', prompt: 'What is the weather?', tools: TOOLS };

const runWeather = async (app: Awaited<ReturnType<typeof startApp>>): Promise<string> => {
  const started = await request(
    app,
    'mutation ($input: GenerateInput!) { generate(input: $input) { id status toolCalls { callId } } }',
    { input: INPUT },
  );
  const { id, toolCalls } = started.data.generate;
  const results = [{ callId: toolCalls[0].callId, output: 'rainy' }];
  const { data } = await request(
    app,
    'mutation ($id: ID!, $results: [ToolResultInput!]!) { submitToolResults(generationId: $id, results: $results) { id } }',
    { id, results },
  );
  await request(app, 'query ($id: ID!) { generation(id: $id) { status } }', { id });
  expect(data.submitToolResults.id).toBe(id);
  await app.logged(({ message }) => message === 'a generation ended');
  return id;
};

const startWeather = (settings = {}) =>
  startApp(
    { maxAttempts: 3, ...settings },
    toyOverrides(createWeatherToy(), { toy: { functionCalling: true, parallelToolCalls: true } }),
  );

const shapeOf = (spans: readonly CollectedSpan[]) =>
  spans.map(({ name, kind, parentSpanId, failed }) => ({
    name,
    kind,
    parent: spans.find(({ spanId }) => spanId === parentSpanId)?.name,
    failed,
  }));

const byStart = (spans: readonly CollectedSpan[]): readonly CollectedSpan[] =>
  spans.toSorted((one, two) => one.startMs - two.startMs);

test('a generation with a retry and a tool is one trace, whose spans reach a collector', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather();
  const id = await runWeather(app);
  await sdk.flush();
  const spans = byStart(collector.spans);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(shapeOf(spans)).toEqual([
    { name: 'generation toy', kind: 1, parent: undefined, failed: false },
    { name: 'chat toy-upstream', kind: 1, parent: 'generation toy', failed: false },
    { name: 'retry', kind: 1, parent: 'chat toy-upstream', failed: false },
    { name: 'wait for tool results', kind: 1, parent: 'generation toy', failed: false },
    { name: 'chat toy-upstream', kind: 1, parent: 'generation toy', failed: false },
  ]);
  const [generation, first, retry, , second] = spans;
  expect(generation?.attributes).toEqual({
    'modelgraph.generation.id': id,
    'modelgraph.model': 'toy',
    'modelgraph.principal.id': 'local',
    'modelgraph.status': 'completed',
    'modelgraph.turns': 2,
  });
  expect(retry?.attributes).toEqual({
    'modelgraph.attempt': 2,
    'modelgraph.retry.reason': 'PROVIDER_OVERLOADED',
  });
  expect(first?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'toy',
    'gen_ai.request.model': 'toy-upstream',
    'gen_ai.request.stream': true,
    'gen_ai.request.max_tokens': 500,
    'gen_ai.response.finish_reasons': ['tool-calls'],
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
  });
  expect(second?.attributes).toMatchObject({
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 20,
    'gen_ai.usage.output_tokens': 7,
  });
  for (const turn of [first, second])
    expect(turn?.attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThanOrEqual(0);
  const sent = JSON.stringify(collector.spans);
  expect(sent).not.toMatch(/weather|secretive|Oslo|rainy|Let me/);
});

test('the metrics of the conventions reach a collector, with the units and bounds that they advise', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather();
  await runWeather(app);
  await sdk.flush();
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'toy',
    'gen_ai.request.model': 'toy-upstream',
  };
  const { metrics } = collector;
  const seen = Object.fromEntries(
    [...metrics].map(([name, { unit, points }]) => [
      name,
      [unit, points.map(({ count, attributes: given }) => [count, given])],
    ]),
  );
  expect(seen).toEqual({
    'gen_ai.client.operation.duration': ['s', [[2, attributes]]],
    'gen_ai.client.operation.time_per_output_chunk': ['s', [[3, attributes]]],
    'gen_ai.client.operation.time_to_first_chunk': ['s', [[2, attributes]]],
    'gen_ai.client.token.usage': [
      '{token}',
      [
        [2, { ...attributes, 'gen_ai.token.type': 'input' }],
        [2, { ...attributes, 'gen_ai.token.type': 'output' }],
      ],
    ],
  });
  const boundsOf = (name: string) => metrics.get(name)?.points[0]?.bounds;
  expect(boundsOf('gen_ai.client.operation.duration')).toEqual([
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
  ]);
  expect(boundsOf('gen_ai.client.token.usage')?.slice(0, 5)).toEqual([1, 4, 16, 64, 256]);
  expect(metrics.get('gen_ai.client.token.usage')?.points.map(({ sum }) => sum)).toEqual([30, 12]);
});

test('every gen_ai name that is sent is one of the conventions', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather({ traceContent: true });
  await runWeather(app);
  await sdk.flush();
  const known = new Set<string>(Object.values(conventions).filter((value) => typeof value === 'string'));
  const names = [
    ...collector.metrics.keys(),
    ...collector.spans.flatMap((span) => Object.keys(span.attributes)),
    ...[...collector.metrics.values()].flatMap(({ points }) =>
      points.flatMap(({ attributes }) => Object.keys(attributes)),
    ),
  ].filter((name) => name.startsWith('gen_ai.'));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

test('prompts, answers and tools become attributes only where the operator wants them to', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather({ traceContent: true });
  await runWeather(app);
  await sdk.flush();
  const [first, second] = byStart(collector.spans).filter(({ name }) => name.startsWith('chat '));
  const contentOf = (span: CollectedSpan | undefined, name: string): unknown =>
    JSON.parse(String(span?.attributes[name]));
  expect(contentOf(first, 'gen_ai.system_instructions')).toEqual([
    { type: 'text', content: 'Be secretive.' },
  ]);
  expect(contentOf(first, 'gen_ai.input.messages')).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'What is the weather?' }] },
  ]);
  expect(contentOf(first, 'gen_ai.tool.definitions')).toMatchObject([{ type: 'function', name: 'weather' }]);
  expect(contentOf(first, 'gen_ai.output.messages')).toEqual([
    {
      role: 'assistant',
      parts: [
        { type: 'text', content: 'Let me see.' },
        { type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } },
      ],
      finish_reason: 'tool-calls',
    },
  ]);
  expect(contentOf(second, 'gen_ai.input.messages')).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'rainy' }] },
  ]);
  expect(contentOf(second, 'gen_ai.output.messages')).toMatchObject([
    { parts: [{ type: 'text', content: 'Let me see. Rain.' }], finish_reason: 'stop' },
  ]);
});

test('a batch at its vendor is a span, as is every step of it', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  const vendor = createToyBatchVendor();
  await using app = await startApp({}, { ...vendor.overrides, batchTiming: QUICK_TIMING });
  const requests = [{ customId: 'a', input: { model: 'toy', prompt: 'a secret' } }];
  const { data } = await request(app, SUBMIT_BATCH, { input: { requests } });
  await endOfBatch(app, data.submitBatch.id);
  while (!collector.spans.some(({ name }) => name === 'batch toy')) await sdk.flush();
  expect(byStart(collector.spans).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['batch submit toy', 'batch poll toy', 'batch results toy', 'batch toy']),
  );
  expect(collector.spans.find(({ name }) => name === 'batch toy')?.attributes).toMatchObject({
    'modelgraph.batch.id': data.submitBatch.id,
    'modelgraph.batch.mode': 'native',
    'modelgraph.batch.items.succeeded': 1,
    'modelgraph.status': 'completed',
  });
  expect(JSON.stringify(collector.spans)).not.toContain('secret');
});

test.each([
  ['fails', 500],
  ['does not answer', null],
] as const)('a collector that %s ends neither a generation nor the process', async (_what, status) => {
  await using collector = await startOtlpCollector();
  collector.answerWith((response) => {
    if (status !== null) response.writeHead(status).end();
  });
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather();
  const id = await runWeather(app);
  await sdk.flush();
  const { data } = await request(app, 'query ($id: ID!) { generation(id: $id) { status text } }', { id });
  expect(data.generation).toEqual({ status: 'COMPLETED', text: 'Let me see.Let me see. Rain.' });
  expect(collector.requests).toContain('/v1/metrics');
});

test('a scraper that takes OpenMetrics is shown the trace behind a time', async () => {
  await using collector = await startOtlpCollector();
  await using sdk = registerOtelSdk(collector.url);
  await using app = await startWeather();
  await runWeather(app);
  await sdk.flush();
  const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };
  const { body, headers: given } = await rawRequest(app, { path: '/metrics', headers });
  expect(given['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  const traceId = collector.spans[0]?.traceId;
  expect(body).toMatch(
    new RegExp(
      `^modelgraph_generation_duration_seconds_bucket\\{.*\\} 1 # \\{trace_id="${traceId}"\\} [\\d.]+ [\\d.]+$`,
      'm',
    ),
  );
  expect(body).toMatch(/^# TYPE modelgraph_generations counter$/m);
  expect(body).toMatch(/^modelgraph_generations_total\{.*status="completed".*\} 1$/m);
  expect(body.endsWith('# EOF\n')).toBe(true);
  // Other scrapers are shown the same names as ever, before and after.
  const plain = await rawRequest(app, { path: '/metrics' });
  expect(plain.body).toMatch(/^# TYPE modelgraph_generations_total counter$/m);
  expect(plain.body).not.toContain('trace_id');
});
