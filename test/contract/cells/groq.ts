import {
  GROQ_BAD_ARGUMENTS,
  GROQ_CASES,
  GROQ_FAILURES,
} from '../../providers/text/groq/fixtures/hand-made.ts';
import { chatWire } from '../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../turn.ts';

export const GROQ_WIRE = chatWire('reasoning');

const turns = turnsOf(GROQ_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(GROQ_FAILURES, ({ payloads }) => payloads, GROQ_WIRE);

export const GROQ_CELLS: Cells = {
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
    turns: [failedTurn('bad arguments', GROQ_BAD_ARGUMENTS, GROQ_WIRE, 'PROVIDER_FAILED')],
  },
};
