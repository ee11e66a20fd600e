import { FAILED_INSIDE_A_STREAM } from '../../../faults/expectations.ts';
import { errorFrame, openaiErrorBody } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { also, CHAT_FIELDS, leaves } from '../../../contract/request-shape.ts';
import { GROQ_BAD_ARGUMENTS, GROQ_CASES, GROQ_FAILURES } from './fixtures/hand-made.ts';
import { chatWire } from '../../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const WIRE = chatWire('reasoning');

const turns = turnsOf(GROQ_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(GROQ_FAILURES, ({ payloads }) => payloads, WIRE);

const CELLS: Cells = {
  text: { turns: turns('text, with its usage in x_groq') },
  reasoning: { turns: turns('reasoning in a field of its own') },
  tools: { turns: turns('a whole tool call in one delta, after reasoning') },
  'parallel tools': { model: 'qwen3.8-27b', turns: turns('parallel tool calls, one in fragments') },
  JSON: { turns: turns('JSON') },
  image: { model: 'qwen3.8-27b', turns: turns('text, with its usage in x_groq') },
  'refusal or block': {
    turns: [...turns('a content filter after some text'), ...failed('a content filter before any text')],
  },
  'length cut': { turns: turns('an end by length, all of it spent on reasoning') },
  'bad arguments': {
    turns: [failedTurn('bad arguments', GROQ_BAD_ARGUMENTS, WIRE, 'PROVIDER_FAILED')],
  },
};

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: openaiErrorBody,
      frame: (message) => errorFrame({ error: { message, type: 'internal_server_error', code: null } }),
    },
    environment: ['GROQ_CUSTOM_HEADERS', 'GROQ_ORG_ID'],
    keyHeader: 'authorization',
  },
  apis: {
    chat_completion: {
      model: 'gpt-oss-120b',
      wire: WIRE,
      cells: CELLS,
      requestFields: also(CHAT_FIELDS, leaves('max_completion_tokens', 'reasoning_format')),
      reasoningFields: ['reasoning_effort'],
      faults: FAILED_INSIDE_A_STREAM,
    },
  },
};
