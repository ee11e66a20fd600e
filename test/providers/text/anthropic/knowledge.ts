import { FAILED } from '../../../faults/expectations.ts';
import { errorFrame } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { leaves, type Shape } from '../../../contract/request-shape.ts';
import { readFixture, toWholeMessage } from './anthropic-harness.ts';
import { RESULTS } from './batch/expected-results.ts';
import {
  asksForStream,
  STREAM_FIELDS,
  TOO_MANY,
  type VendorWire,
} from '../../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, type Turn } from '../../../contract/turn.ts';

type RawEvents = Parameters<typeof toWholeMessage>[0];

const WIRE: VendorWire = {
  framing: { lineEnd: '\n', done: false, named: true },
  namesMatter: true,
  isStreamed: asksForStream,
  streamFields: STREAM_FIELDS,
  toWhole: (payloads) => toWholeMessage(payloads as RawEvents),
  unknown: [{ type: 'ping' }, { type: 'novelty', index: 0, delta: { type: 'text_delta', text: 'x' } }],
  together: null,
  usage: {
    fields: ['usage'],
    details: [
      'cache_creation_input_tokens',
      'cache_read_input_tokens',
      'cache_creation',
      'output_tokens_details',
    ],
    overstated: {
      reasoning: { output_tokens_details: { thinking_tokens: TOO_MANY } },
      'cache reads': { cache_read_input_tokens: TOO_MANY },
      audio: {},
    },
  },
};

const payloadsOf = (name: string): RawEvents => {
  const [payloads] = readFixture(name);
  if (payloads === undefined) throw new Error(`no fixture "${name}"`);
  return payloads;
};

const turn = (name: string): Turn => {
  const result = RESULTS[name];
  if (result === undefined) throw new Error(`no expected result of "${name}"`);
  const payloads = payloadsOf(name);
  return { name, payloads, whole: toWholeMessage(payloads), ends: { result } };
};

const CELLS: Cells = {
  text: { turns: [turn('text')] },
  reasoning: { turns: [turn('reasoning'), turn('redacted-reasoning')] },
  tools: { turns: [turn('tool')] },
  'parallel tools': { turns: [turn('parallel-tools')] },
  JSON: { turns: [turn('structured')] },
  image: { turns: [turn('text')] },
  'refusal or block': {
    turns: [
      failedTurn('refusal', payloadsOf('refusal'), WIRE, 'CONTENT_FILTERED'),
      turn('refusal-with-text'),
    ],
  },
  'length cut': { turns: [turn('length')] },
  'bad arguments': {
    turns: [
      {
        name: 'bad-arguments',
        payloads: payloadsOf('bad-arguments'),
        whole: null, // there a call's input is JSON already
        ends: { code: 'PROVIDER_FAILED' },
      },
    ],
  },
};

const CACHE_CONTROL: Shape = leaves('type', 'ttl');

const BLOCK: Shape = {
  ...leaves(
    'type',
    'text',
    'thinking',
    'signature',
    'data',
    'id',
    'name',
    'tool_use_id',
    'is_error',
    'title',
  ),
  cache_control: CACHE_CONTROL,
  input: 'any',
  citations: 'any',
  caller: 'any',
  content: 'any',
  source: leaves('type', 'media_type', 'data', 'url', 'file_id'),
};

const FIELDS: Shape = {
  ...leaves('model', 'max_tokens', 'stream', 'container'),
  cache_control: CACHE_CONTROL,
  stop_sequences: ['leaf'],
  system: [BLOCK],
  messages: [{ role: 'leaf', content: [BLOCK] }],
  thinking: leaves('type', 'budget_tokens', 'display'),
  output_config: { effort: 'leaf', format: { type: 'leaf', schema: 'any' } },
  tools: [
    {
      ...leaves('type', 'name', 'description', 'strict'),
      input_schema: 'any',
      allowed_callers: ['leaf'],
      cache_control: CACHE_CONTROL,
    },
  ],
  tool_choice: leaves('type', 'name', 'disable_parallel_tool_use'),
};

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: ({ status, message }) => ({
        type: 'error',
        error: { type: ERROR_TYPES[status] ?? 'api_error', message },
        request_id: 'req_made',
      }),
      frame: (message) => errorFrame({ type: 'error', error: { type: 'overloaded_error', message } }),
    },
    environment: [
      'ANTHROPIC_AUTH_TOKEN',
      'ANTHROPIC_CUSTOM_HEADERS',
      'ANTHROPIC_ENVIRONMENT_ID',
      'ANTHROPIC_ENVIRONMENT_KEY',
      'ANTHROPIC_IDENTITY_TOKEN',
      'ANTHROPIC_LOG',
      'ANTHROPIC_SESSION_ID',
      'ANTHROPIC_WEBHOOK_SIGNING_KEY',
      'ANTHROPIC_WORK_ID',
      'ANTHROPIC_WORK_SECRET',
    ],
    keyHeader: 'authorization',
    headers: ['anthropic-version'],
  },
  apis: {
    messages: {
      model: 'claude-opus-5',
      wire: WIRE,
      cells: CELLS,
      requestFields: FIELDS,
      reasoningFields: ['thinking.type', 'thinking.budget_tokens', 'output_config.effort'],
      faults: { 'JSON of something else with 200': { waiting: FAILED } },
    },
  },
};
