import { FAILED_INSIDE_A_STREAM } from '../../../faults/expectations.ts';
import { dataFrame } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { also, CHAT_FIELDS, leaves } from '../../../contract/request-shape.ts';
import { DEEPSEEK_BAD_ARGUMENTS, DEEPSEEK_CASES, DEEPSEEK_FAILURES } from './fixtures/hand-made.ts';
import { chatWire } from '../../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const WIRE = chatWire('reasoning_content');

const turns = turnsOf(DEEPSEEK_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(DEEPSEEK_FAILURES, ({ payloads }) => payloads, WIRE);

const CELLS: Cells = {
  text: { turns: turns('text') },
  reasoning: { turns: turns('reasoning before the text') },
  tools: { turns: turns('reasoning, then a tool call in fragments') },
  'parallel tools': { turns: turns('parallel tool calls whose fragments alternate') },
  JSON: { turns: turns('JSON') },
  image: { turns: turns('text') },
  'refusal or block': {
    turns: [...turns('a content filter after some text'), ...failed('a content filter before any text')],
  },
  'length cut': {
    turns: turns('an end by length, all of it spent on reasoning', 'an end by length that cuts a tool call'),
  },
  'bad arguments': {
    turns: [failedTurn('bad arguments', DEEPSEEK_BAD_ARGUMENTS, WIRE, 'PROVIDER_FAILED')],
  },
};

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: ({ status, message }) => ({
        error: {
          message,
          type:
            status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error',
          param: null,
          // Whatever the caller's mistake was, this is its code.
          code: status < 500 ? 'invalid_request_error' : null,
        },
      }),
      frame: (message) => dataFrame({ error: { message, type: 'server_error', param: null, code: null } }),
    },
    environment: ['DEEPSEEK_CUSTOM_HEADERS'],
    keyHeader: 'authorization',
  },
  apis: {
    chat_completion: {
      model: 'deepseek-flash',
      wire: WIRE,
      cells: CELLS,
      requestFields: also(CHAT_FIELDS, {
        ...leaves('max_tokens'),
        thinking: leaves('type'),
        messages: [
          {
            ...leaves('role', 'tool_call_id', 'reasoning_content'),
            content: [{ ...leaves('type', 'text'), image_url: leaves('url', 'detail') }],
            tool_calls: [{ ...leaves('id', 'type'), function: leaves('name', 'arguments') }],
          },
        ],
      }),
      reasoningFields: ['thinking.type', 'reasoning_effort'],
      faults: FAILED_INSIDE_A_STREAM,
    },
  },
};
