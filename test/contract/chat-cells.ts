import type { VendorWire } from '../support/upstream/vendor-wire.ts';
import type { Capability, Cell, Cells, Turn } from './turn.ts';

const USAGE = {
  prompt_tokens: 20,
  completion_tokens: 12,
  total_tokens: 32,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});

type Answer = Omit<Turn, 'whole'>;

/** A turn of these deltas, its end, and its counts. */
const answer = (
  name: string,
  deltas: readonly object[],
  finishReason: string,
  ends: Turn['ends'],
): Answer => ({
  name,
  payloads: [
    chunk({ role: 'assistant', content: '' }),
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, finishReason),
    { ...chunk({}), choices: [], usage: USAGE },
  ],
  ends,
});

const calling = (index: number, id: string, name: string, args: string): object => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }],
});
const called = (callId: string, name: string, args: object): object => ({ callId, name, arguments: args });

const WEATHER = calling(0, 'call_a', 'weather', '{"city":"Genève"}');
const TIME = calling(1, 'call_b', 'time', '{"city":"Köln"}');
const CALLED_WEATHER = called('call_a', 'weather', { city: 'Genève' });
const CALLED_TIME = called('call_b', 'time', { city: 'Köln' });
const calls = (...toolCalls: readonly object[]): Turn['ends'] => ({
  result: { finishReason: 'tool-calls', toolCalls },
});
const says = (text: string, finishReason = 'stop'): Turn['ends'] => ({ result: { text, finishReason } });

const TEXT = answer('text', [{ content: 'Grüße ' }, { content: '👋🏽 …' }], 'stop', says('Grüße 👋🏽 …'));

const ANSWERS: Readonly<Record<Exclude<Capability, 'reasoning'>, readonly Answer[]>> = {
  text: [TEXT],
  image: [TEXT],
  tools: [answer('one call', [WEATHER], 'tool_calls', calls(CALLED_WEATHER))],
  'parallel tools': [answer('two calls', [WEATHER, TIME], 'tool_calls', calls(CALLED_WEATHER, CALLED_TIME))],
  JSON: [answer('a document', [{ content: '{"ok":' }, { content: 'true}' }], 'stop', says('{"ok":true}'))],
  'refusal or block': [
    answer(
      'a filter after some text',
      [{ content: 'Once' }],
      'content_filter',
      says('Once', 'content-filter'),
    ),
    answer('a filter before any text', [], 'content_filter', { code: 'CONTENT_FILTERED' }),
  ],
  'length cut': [answer('an end by length', [{ content: 'Well' }], 'length', says('Well', 'length'))],
  'bad arguments': [
    answer('arguments that are no JSON', [calling(0, 'call_a', 'weather', '{"city": Genève')], 'tool_calls', {
      code: 'PROVIDER_FAILED',
    }),
  ],
};

const reasoned = (field: string): Answer =>
  answer('reasoning before the text', [{ [field]: 'Let me see.' }, { content: 'Yes.' }], 'stop', {
    result: { text: 'Yes.', reasoning: 'Let me see.', finishReason: 'stop' },
  });

/**
 * Hand-made answers of Chat Completions as OpenAI introduced it, for the `knowledge.ts` of a vendor that speaks it; put
 * the vendor's own over those that differ. `reasoningField` is where its deltas have their reasoning, null where they
 * have none.
 */
export const createChatCells = (
  { toWhole }: Pick<VendorWire, 'toWhole'>,
  reasoningField: 'reasoning' | 'reasoning_content' | null,
): Cells => {
  const toCell = (answers: readonly Answer[]): Cell => ({
    turns: answers.map((made) => ({ ...made, whole: toWhole(made.payloads) })),
  });
  return {
    text: toCell(ANSWERS.text),
    image: toCell(ANSWERS.image),
    tools: toCell(ANSWERS.tools),
    'parallel tools': toCell(ANSWERS['parallel tools']),
    JSON: toCell(ANSWERS.JSON),
    'refusal or block': toCell(ANSWERS['refusal or block']),
    'length cut': toCell(ANSWERS['length cut']),
    'bad arguments': toCell(ANSWERS['bad arguments']),
    reasoning:
      reasoningField === null
        ? { cannot: 'its deltas have no reasoning' }
        : toCell([reasoned(reasoningField)]),
  };
};
