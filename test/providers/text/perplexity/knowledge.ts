import { WORDED } from '../../../faults/expectations.ts';
import { dataFrame } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { also, leaves, RESPONSES_FIELDS } from '../../../contract/request-shape.ts';
import { PERPLEXITY_BAD_ARGUMENTS, PERPLEXITY_CASES, PERPLEXITY_FAILURES } from './fixtures/hand-made.ts';
import { responsesWire } from '../../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const WIRE = responsesWire(false);

const turns = turnsOf(PERPLEXITY_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(PERPLEXITY_FAILURES, ({ payloads }) => payloads, WIRE);

const CELLS: Cells = {
  text: { turns: turns('text', 'a search and what it found') },
  reasoning: { cannot: 'Sonar, the one model of the catalogue, does not reason' },
  tools: { cannot: 'Sonar calls no functions' },
  'parallel tools': { cannot: 'Sonar calls no functions' },
  JSON: { turns: turns('JSON') },
  image: { cannot: 'Sonar takes text alone' },
  'refusal or block': {
    turns: [...turns('a content filter after some text'), ...failed('a content filter before any text')],
  },
  'length cut': { turns: turns('an end by length') },
  'bad arguments': {
    turns: [failedTurn('bad arguments', PERPLEXITY_BAD_ARGUMENTS, WIRE, 'PROVIDER_FAILED')],
  },
};

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: ({ status, message }) => ({ error: { message, type: 'error', code: status } }),
      frame: (message) => dataFrame({ type: 'error', error: { message, type: 'overloaded', code: 503 } }),
    },
    environment: ['PERPLEXITY_CUSTOM_HEADERS', 'PPLX_API_KEY'],
    keyHeader: 'authorization',
  },
  apis: {
    responses_api: {
      model: 'sonar',
      wire: WIRE,
      cells: CELLS,
      requestFields: also(RESPONSES_FIELDS, {
        response_format: { type: 'leaf', json_schema: { ...leaves('name', 'strict'), schema: 'any' } },
      }),
      reasoningFields: [],
      faults: WORDED,
    },
  },
};
