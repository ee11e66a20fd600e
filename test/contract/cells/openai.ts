import {
  CHAT_CASES,
  CHAT_FAILURES,
  BAD_ARGUMENTS as CHAT_BAD,
} from '../../providers/text/openai/fixtures/hand-made-chat.ts';
import {
  BAD_ARGUMENTS as RESPONSES_BAD,
  RESPONSES_CASES,
  RESPONSES_FAILURES,
} from '../../providers/text/openai/fixtures/hand-made-responses.ts';
import { chatWire, responsesWire } from '../../support/upstream/vendor-wire.ts';
import { CHAT_JSON, RESPONSES_JSON, RESPONSES_TOOL } from '../fixtures/hand-made.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../turn.ts';

export const OPENAI_CHAT_WIRE = chatWire('reasoning_content');
export const OPENAI_RESPONSES_WIRE = responsesWire(true);

const chat = turnsOf(CHAT_CASES, ({ chunks }) => chunks);
const chatFailed = failedTurnsOf(CHAT_FAILURES, ({ chunks }) => chunks, OPENAI_CHAT_WIRE);
const responses = turnsOf(RESPONSES_CASES, ({ events }) => events);
const responsesFailed = failedTurnsOf(RESPONSES_FAILURES, ({ events }) => events, OPENAI_RESPONSES_WIRE);

export const OPENAI_CHAT_CELLS: Cells = {
  text: {
    turns: chat('text beyond ASCII', 'text among empty choices, null content and fields nobody knows'),
  },
  reasoning: { cannot: "OpenAI's models that reason are reached by the Responses API" },
  tools: {
    turns: chat(
      'a tool call in fragments',
      'a whole call in one delta, with null arguments, that ends with "stop"',
    ),
  },
  'parallel tools': {
    turns: chat(
      'parallel tool calls whose fragments alternate, after some text',
      'parallel tool calls that all claim the index 0',
    ),
  },
  JSON: { turns: [CHAT_JSON] },
  image: { turns: chat('text beyond ASCII') },
  'refusal or block': {
    turns: [
      ...chat('a refusal', 'a content filter after some text'),
      ...chatFailed('a content filter before any text'),
    ],
  },
  'length cut': { turns: chat('an end by length that cuts a tool call') },
  'bad arguments': { turns: [failedTurn('bad arguments', CHAT_BAD, OPENAI_CHAT_WIRE, 'PROVIDER_FAILED')] },
};

export const OPENAI_RESPONSES_CELLS: Cells = {
  text: { turns: responses('text beyond ASCII', 'items and events nobody knows') },
  reasoning: {
    turns: responses(
      'a reasoning summary of two parts and a second reasoning item',
      'raw reasoning',
      'reasoning both raw and summarised, shown once',
    ),
  },
  tools: { turns: [RESPONSES_TOOL] },
  'parallel tools': { turns: responses('reasoning that has to come back with its tool call') },
  JSON: { turns: [RESPONSES_JSON] },
  image: { turns: responses('text beyond ASCII') },
  'refusal or block': {
    turns: [
      ...responses('a refusal', 'a content filter after some text'),
      ...responsesFailed('a content filter before any text'),
    ],
  },
  'length cut': {
    turns: responses('an end by length that cuts a tool call', 'all output spent on reasoning'),
  },
  'bad arguments': {
    turns: [failedTurn('bad arguments', RESPONSES_BAD.events, OPENAI_RESPONSES_WIRE, 'PROVIDER_FAILED')],
  },
};
