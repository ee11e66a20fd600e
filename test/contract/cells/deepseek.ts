import {
  DEEPSEEK_BAD_ARGUMENTS,
  DEEPSEEK_CASES,
  DEEPSEEK_FAILURES,
} from '../../providers/text/deepseek/fixtures/hand-made.ts';
import { chatWire } from '../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../turn.ts';

export const DEEPSEEK_WIRE = chatWire('reasoning_content');

const turns = turnsOf(DEEPSEEK_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(DEEPSEEK_FAILURES, ({ payloads }) => payloads, DEEPSEEK_WIRE);

export const DEEPSEEK_CELLS: Cells = {
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
    turns: [failedTurn('bad arguments', DEEPSEEK_BAD_ARGUMENTS, DEEPSEEK_WIRE, 'PROVIDER_FAILED')],
  },
};
