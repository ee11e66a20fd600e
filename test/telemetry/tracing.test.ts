import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { createTracing } from '../../src/telemetry/tracing.ts';
import { madeGeneration, madeModel } from '../support/app/generation.ts';
import { plainRequest } from '../support/plain-request.ts';

interface RecordedSpan {
  readonly name: string;
  readonly attributes: Attributes;
  readonly events: unknown[];
  failed: boolean;
  ended: boolean;
}

const spans: RecordedSpan[] = [];

const record = (name: string, options: SpanOptions = {}, _parent?: Context): Span => {
  const recorded: RecordedSpan = {
    name,
    attributes: { ...options.attributes },
    events: [],
    failed: false,
    ended: false,
  };
  spans.push(recorded);
  const span: Span = {
    spanContext: () => INVALID_SPAN_CONTEXT,
    setAttribute(key, value) {
      recorded.attributes[key] = value;
      return span;
    },
    setAttributes(attributes) {
      Object.assign(recorded.attributes, attributes);
      return span;
    },
    addEvent(event, attributes) {
      recorded.events.push([event, attributes]);
      return span;
    },
    addLink: () => span,
    addLinks: () => span,
    setStatus({ code }) {
      recorded.failed = code === SpanStatusCode.ERROR;
      return span;
    },
    updateName: () => span,
    end() {
      recorded.ended = true;
    },
    isRecording: () => true,
    recordException() {},
  };
  return span;
};

const provider: TracerProvider = {
  getTracer: () => ({
    startSpan: record,
    startActiveSpan: () => {
      throw new TypeError('no span is made active');
    },
  }),
};

beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
});
afterAll(() => {
  trace.disable();
  context.disable();
});
beforeEach(() => {
  spans.length = 0;
});

const MODEL = madeModel();
const OTHER = madeModel('other');
const REQUEST = plainRequest();

const createTelemetry = (toTelemetryName = (name: string): string => name) =>
  createTracing({ toTelemetryName, version: '1.2.3', capturesContent: false }).telemetry;

/** The spans of answers, without those of the generations that they are part of. */
const turns = (): readonly RecordedSpan[] => spans.filter(({ name }) => name.startsWith('chat '));
const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 15,
  cacheReadTokens: 2,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
} as const;

test('a turn is one span with the attributes of the conventions, and without a word of prompt or answer', () => {
  const generation = createTelemetry().generationStarted('gen_1', MODEL, 0);
  generation.turnStarted(MODEL, REQUEST);
  generation.retried('PROVIDER_OVERLOADED');
  generation.ended(
    madeGeneration({ text: 'a secret', finishReason: 'stop', usage: USAGE, firstDeltaMs: 250 }),
  );
  expect(spans).toMatchInlineSnapshot(`
    [
      {
        "attributes": {
          "modelgraph.generation.id": "gen_1",
          "modelgraph.model": "toy",
          "modelgraph.principal.id": "local",
          "modelgraph.status": "completed",
          "modelgraph.turns": 0,
        },
        "ended": true,
        "events": [],
        "failed": false,
        "name": "generation toy",
      },
      {
        "attributes": {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "toy",
          "gen_ai.request.max_tokens": 1024,
          "gen_ai.request.model": "toy-upstream",
          "gen_ai.request.stream": true,
          "gen_ai.response.finish_reasons": [
            "stop",
          ],
          "gen_ai.response.time_to_first_chunk": 0.25,
          "gen_ai.usage.cache_read.input_tokens": 2,
          "gen_ai.usage.input_tokens": 10,
          "gen_ai.usage.output_tokens": 5,
          "modelgraph.generation.id": "gen_1",
          "modelgraph.model": "toy",
        },
        "ended": true,
        "events": [
          [
            "retry",
            {
              "error.type": "PROVIDER_OVERLOADED",
            },
          ],
        ],
        "failed": false,
        "name": "chat toy-upstream",
      },
      {
        "attributes": {
          "modelgraph.attempt": 2,
          "modelgraph.retry.reason": "PROVIDER_OVERLOADED",
        },
        "ended": true,
        "events": [],
        "failed": false,
        "name": "retry",
      },
    ]
  `);
  expect(JSON.stringify(spans)).not.toContain('secret');
});

test('a fallback is a span of its own, after the failed one of the model given up', () => {
  const generation = createTelemetry().generationStarted('gen_1', MODEL, 0);
  generation.turnStarted(MODEL, REQUEST);
  generation.fellBack('PROVIDER_OVERLOADED');
  generation.turnStarted(OTHER, REQUEST);
  generation.ended(madeGeneration());
  expect(
    turns().map(({ name, failed, ended, attributes }) => [name, failed, ended, attributes['error.type']]),
  ).toEqual([
    ['chat toy-upstream', true, true, 'PROVIDER_OVERLOADED'],
    ['chat other-upstream', false, true, undefined],
  ]);
});

test('the turn after tool results is a span that has only its own tokens', () => {
  const generation = createTelemetry().generationStarted('gen_1', MODEL, 0);
  generation.turnStarted(MODEL, REQUEST);
  generation.actionRequired(
    madeGeneration({ status: 'requires-action', finishReason: 'tool-calls', usage: USAGE }),
  );
  expect(turns().map(({ ended }) => ended)).toEqual([true]);
  generation.turnStarted(MODEL, REQUEST);
  generation.ended(madeGeneration({ usage: { ...USAGE, inputTokens: 40, outputTokens: 12 } }));
  expect(
    turns().map(({ attributes }) => [
      attributes['gen_ai.usage.input_tokens'],
      attributes['gen_ai.usage.output_tokens'],
      attributes['gen_ai.response.finish_reasons'],
    ]),
  ).toEqual([
    [10, 5, ['tool-calls']],
    [30, 7, ['stop']],
  ]);
});

test.each([
  ['failed', 'STREAM_STALLED'],
  ['cancelled', 'GENERATION_CANCELLED'],
] as const)('a generation that was %s ends its span with %s', (status, code) => {
  const generation = createTelemetry().generationStarted('gen_1', MODEL, 0);
  generation.turnStarted(MODEL, REQUEST);
  const error =
    status === 'cancelled'
      ? null
      : { code, message: '', retryable: true, retryAfterMs: null, provider: null, providerStatus: null };
  generation.ended(madeGeneration({ status, error, finishReason: null }));
  expect(turns()).toMatchObject([{ failed: true, ended: true, attributes: { 'error.type': code } }]);
  expect(turns()[0]?.attributes).not.toHaveProperty('gen_ai.response.finish_reasons');
});

test('a generation that never reached its provider leaves no span', () => {
  createTelemetry()
    .generationStarted('gen_1', MODEL, 0)
    .ended(madeGeneration({ status: 'cancelled' }));
  expect(spans).toEqual([]);
});

test('a provider has the name that the conventions give it', () => {
  createTelemetry((name) => `x_${name}`)
    .generationStarted('gen_1', MODEL, 0)
    .turnStarted(MODEL, REQUEST);
  expect(spans.at(-1)?.attributes['gen_ai.provider.name']).toBe('x_toy');
});

test('the registered providers that the conventions call otherwise have those names', () => {
  const named = Object.values<TextProviderDescriptor>(TEXT_PROVIDERS).flatMap(({ name, telemetryName }) =>
    telemetryName === undefined ? [] : [[name, telemetryName]],
  );
  expect(named).toEqual([
    ['gemini', 'gcp.gemini'],
    ['xai', 'x_ai'],
  ]);
});
