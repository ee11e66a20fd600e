import {
  PERPLEXITY_BAD_ARGUMENTS,
  PERPLEXITY_CASES,
  PERPLEXITY_FAILURES,
} from '../../providers/text/perplexity/fixtures/hand-made.ts';
import { responsesWire } from '../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../turn.ts';

export const PERPLEXITY_WIRE = responsesWire(false);

const turns = turnsOf(PERPLEXITY_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(PERPLEXITY_FAILURES, ({ payloads }) => payloads, PERPLEXITY_WIRE);

export const PERPLEXITY_CELLS: Cells = {
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
    turns: [failedTurn('bad arguments', PERPLEXITY_BAD_ARGUMENTS, PERPLEXITY_WIRE, 'PROVIDER_FAILED')],
  },
};
