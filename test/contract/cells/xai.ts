import { XAI_BAD_ARGUMENTS, XAI_CASES, XAI_FAILURES } from '../../providers/text/xai/fixtures/hand-made.ts';
import { responsesWire } from '../../support/upstream/vendor-wire.ts';
import { RESPONSES_TOOL } from '../fixtures/hand-made.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../turn.ts';

export const XAI_WIRE = responsesWire(true);

const turns = turnsOf(XAI_CASES, ({ payloads }) => payloads);
const failed = failedTurnsOf(XAI_FAILURES, ({ payloads }) => payloads, XAI_WIRE);

export const XAI_CELLS: Cells = {
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
    turns: [failedTurn('bad arguments', XAI_BAD_ARGUMENTS, XAI_WIRE, 'PROVIDER_FAILED')],
  },
};
