import { WORDED } from '../../../faults/expectations.ts';
import { dataFrame, type VendorErrors } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { also, RESPONSES_FIELDS } from '../../../contract/request-shape.ts';
import { XAI_BAD_ARGUMENTS, XAI_CASES, XAI_FAILURES } from './fixtures/hand-made.ts';
import { responsesWire } from '../../../support/upstream/vendor-wire.ts';
import { RESPONSES_TOOL } from '../../../contract/fixtures/hand-made.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const WIRE = responsesWire(true);

const turns = turnsOf(XAI_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(XAI_FAILURES, ({ payloads }) => payloads, WIRE);

const CELLS: Cells = {
  text: { turns: turns('text', "tools, items and events of xAI's own among the others") },
  reasoning: { turns: turns('a reasoning summary, encrypted to be sent back') },
  tools: { turns: [RESPONSES_TOOL] },
  'parallel tools': { turns: turns('parallel tool calls after reasoning') },
  JSON: { turns: turns('JSON') },
  image: { turns: turns('text') },
  'refusal or block': {
    turns: [...turns('a content filter after some text'), ...failed('a content filter before any text')],
  },
  'length cut': { turns: turns('an end by length that cuts a tool call') },
  'bad arguments': {
    turns: [failedTurn('bad arguments', XAI_BAD_ARGUMENTS, WIRE, 'PROVIDER_FAILED')],
  },
};

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid-argument',
  401: 'unauthenticated',
  404: 'not-found',
  429: 'resource-exhausted',
  503: 'unavailable',
};

const errorBody: VendorErrors['body'] = ({ status, message }) => ({
  code: CODES[status] ?? 'internal',
  error: message,
});

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: { body: errorBody, frame: (message) => dataFrame(errorBody({ status: 503, message })) },
    environment: ['XAI_CUSTOM_HEADERS', 'XAI_MANAGEMENT_API_KEY'],
    keyHeader: 'authorization',
  },
  apis: {
    responses_api: {
      model: 'grok-4.7',
      wire: WIRE,
      cells: CELLS,
      requestFields: also(RESPONSES_FIELDS, { store: 'leaf', include: ['leaf'] }),
      reasoningFields: ['reasoning.effort'],
      // In a stream the SDK takes the words for the whole error and loses the code beside them.
      faults: WORDED,
    },
  },
};
