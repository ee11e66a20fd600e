import { canReason, type ModelConfig } from '../../../src/core/model-config.ts';
import type { TextRequest, Tool } from '../../../src/core/text-request.ts';
import { checkReasoning } from '../../../src/services/checks/check-reasoning.ts';
import { Findings } from '../../../src/services/checks/findings.ts';
import { plainRequest } from '../plain-request.ts';

/** Something worth having a recording of. */
export interface RecordCase {
  readonly description: string;
  readonly mode: 'stream' | 'wait';
  readonly isFor: (config: ModelConfig) => boolean;
  readonly request: (config: ModelConfig) => TextRequest;
  /** The turn is meant to fail: an error is what is recorded. */
  readonly fails?: true;
}

/** A PNG of 16 by 16 red pixels: vendors refuse much smaller ones. */
const RED_PNG =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP4z8BAEmIY1TCqYfhqAACQ+f8B8u7oVwAAAABJRU5ErkJggg==';

const tool = (name: string, description: string): Tool => ({
  type: 'function',
  name,
  description,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'The name of a city.' } },
    required: ['city'],
    additionalProperties: false,
  },
  strict: null,
});
const WEATHER = tool('get_weather', 'The weather in a city now.');
const TIME = tool('get_time', 'The local time in a city now.');

const said = (text: string): Pick<TextRequest, 'messages'> => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
});

const reasoned = (config: ModelConfig): TextRequest['reasoning'] =>
  checkReasoning(
    { enabled: true, effort: null, budgetTokens: null },
    config,
    config.limits.defaultMaxOutputTokens,
    new Findings('drop-with-warning'),
  );

const ask =
  (text: string, part: Partial<TextRequest> = {}) =>
  (): TextRequest =>
    plainRequest({ ...said(text), ...part });

const everyModel = (): boolean => true;

export const RECORD_CASES: Readonly<Record<string, RecordCase>> = {
  text: {
    description: 'a short answer, streamed',
    mode: 'stream',
    isFor: everyModel,
    request: ask('Say "Grüße 👋" and nothing else.'),
  },
  'text-whole': {
    description: 'a short answer in one piece',
    mode: 'wait',
    isFor: everyModel,
    request: ask('Say "Grüße 👋" and nothing else.'),
  },
  reasoning: {
    description: 'reasoning before a short answer',
    mode: 'stream',
    isFor: canReason,
    request: (config) =>
      plainRequest({
        ...said('Is 2027 a prime number? Answer in one word.'),
        reasoning: reasoned(config),
        maxOutputTokens: config.limits.defaultMaxOutputTokens,
      }),
  },
  tools: {
    description: 'one call of a function',
    mode: 'stream',
    isFor: ({ functionCalling }) => functionCalling,
    request: ask('What is the weather in Genève?', { tools: [WEATHER] }),
  },
  'parallel-tools': {
    description: 'several calls in one turn',
    mode: 'stream',
    isFor: ({ functionCalling, parallelToolCalls }) => functionCalling && parallelToolCalls,
    request: ask('Tell me the weather and the local time in Genève and in Köln. Call all you need at once.', {
      tools: [WEATHER, TIME],
    }),
  },
  json: {
    description: 'a document, by a schema where the model takes one',
    mode: 'stream',
    isFor: ({ structuredOutput, jsonMode }) => structuredOutput || jsonMode,
    request: (config) =>
      plainRequest({
        ...said('Give the capital of Switzerland as JSON: {"city": …}.'),
        output: config.structuredOutput
          ? {
              type: 'schema',
              name: 'capital',
              schema: {
                type: 'object',
                properties: { city: { type: 'string' } },
                required: ['city'],
                additionalProperties: false,
              },
              strict: true,
            }
          : { type: 'json' },
      }),
  },
  image: {
    description: 'a question about an image',
    mode: 'stream',
    isFor: ({ inputModalities }) => inputModalities.includes('image'),
    request: () =>
      plainRequest({
        messages: [
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'Which colour is this? Answer in one word.' },
              {
                type: 'image',
                source: { type: 'base64', data: RED_PNG },
                mediaType: 'image/png',
                detail: null,
              },
            ],
          },
        ],
      }),
  },
  length: {
    description: 'an answer cut by the output limit',
    mode: 'stream',
    isFor: everyModel,
    request: ask('Count from 1 to 1000.', { maxOutputTokens: 32 }),
  },
  'too-long': {
    description: 'the error for more output than any model has',
    mode: 'wait',
    isFor: everyModel,
    request: ask('Hello', { maxOutputTokens: 2_000_000_000 }),
    fails: true,
  },
};
