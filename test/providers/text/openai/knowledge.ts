import { errorFrame, openaiErrorBody } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { also, CHAT_FIELDS, leaves, RESPONSES_FIELDS } from '../../../contract/request-shape.ts';
import { CHAT_CASES, CHAT_FAILURES, BAD_ARGUMENTS as CHAT_BAD } from './fixtures/hand-made-chat.ts';
import {
  BAD_ARGUMENTS as RESPONSES_BAD,
  RESPONSES_CASES,
  RESPONSES_FAILURES,
} from './fixtures/hand-made-responses.ts';
import { chatWire, responsesWire } from '../../../support/upstream/vendor-wire.ts';
import { CHAT_JSON, RESPONSES_JSON, RESPONSES_TOOL } from '../../../contract/fixtures/hand-made.ts';
import { type Cells, failedTurn, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const CHAT_WIRE = chatWire('reasoning_content');
const RESPONSES_WIRE = responsesWire(true);

const chat = turnsOf(CHAT_CASES, ({ chunks }) => chunks);
const chatFailed = failedTurnsOf(CHAT_FAILURES, ({ chunks }) => chunks, CHAT_WIRE);
const responses = turnsOf(RESPONSES_CASES, ({ events }) => events);
const responsesFailed = failedTurnsOf(RESPONSES_FAILURES, ({ events }) => events, RESPONSES_WIRE);

const CHAT_CELLS: Cells = {
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
  'bad arguments': { turns: [failedTurn('bad arguments', CHAT_BAD, CHAT_WIRE, 'PROVIDER_FAILED')] },
};

const RESPONSES_CELLS: Cells = {
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
    turns: [failedTurn('bad arguments', RESPONSES_BAD.events, RESPONSES_WIRE, 'PROVIDER_FAILED')],
  },
};

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: openaiErrorBody,
      frame: (message) =>
        errorFrame({ type: 'error', error: { type: 'server_error', code: 'server_is_overloaded', message } }),
    },
    environment: [
      'AZURE_OPENAI_API_KEY',
      'OPENAI_ADMIN_KEY',
      'OPENAI_API_VERSION',
      'OPENAI_CUSTOM_HEADERS',
      'OPENAI_LOG',
      'OPENAI_ORG_ID',
      'OPENAI_PROJECT_ID',
      'OPENAI_WEBHOOK_SECRET',
    ],
    keyHeader: 'authorization',
  },
  apis: {
    chat_completion: {
      title: 'Chat Completions',
      model: 'gpt-4.1',
      wire: CHAT_WIRE,
      cells: CHAT_CELLS,
      requestFields: also(CHAT_FIELDS, {
        ...leaves('max_completion_tokens', 'prompt_cache_retention'),
        prompt_cache_options: leaves('mode', 'ttl'),
        stream_options: leaves('include_usage', 'include_obfuscation'),
      }),
      reasoningFields: ['reasoning_effort'],
    },
    responses_api: {
      title: 'Responses',
      model: 'gpt-6.1-terra',
      wire: RESPONSES_WIRE,
      cells: RESPONSES_CELLS,
      requestFields: also(RESPONSES_FIELDS, {
        ...leaves('store', 'prompt_cache_key', 'prompt_cache_retention'),
        prompt_cache_options: leaves('mode', 'ttl'),
        include: ['leaf'],
        reasoning: leaves('effort', 'summary'),
        stream_options: leaves('include_obfuscation'),
      }),
      reasoningFields: ['reasoning.effort'],
    },
  },
};
