import type { UpstreamRequest } from './upstream-server.ts';

/** A payload of a stream, read as far as a test needs. */
// oxlint-disable-next-line typescript/no-explicit-any -- a type here would be a second guess at every vendor's shapes
type Raw = any;

export interface Framing {
  /** null: the vendor's own. */
  readonly lineEnd?: '\n' | '\r\n';
  /** Whether `[DONE]` follows the last payload; left out: as the vendor does it. */
  readonly done?: boolean;
  /** Whether events are named; left out: as the vendor does it. */
  readonly named?: boolean;
}

/** Where an answer counts its tokens. */
export interface UsageWire {
  /** The fields that hold all counts of an answer, wherever in a payload they stand. */
  readonly fields: readonly string[];
  /** The fields that say what a total is made of. */
  readonly details: readonly string[];
  /** What claims, put into the counts, that a part is more than its whole; empty where this API does not count it. */
  readonly overstated: Readonly<Record<'reasoning' | 'cache reads' | 'audio', object>>;
}

/** How one vendor's API puts an answer on the wire. */
export interface VendorWire {
  readonly framing: Required<Framing>;
  /** Whether an event without its name would be lost on the vendor's SDK. */
  readonly namesMatter: boolean;
  /** Whether a request asks for a stream. */
  readonly isStreamed: (request: Pick<UpstreamRequest, 'path' | 'body'>) => boolean;
  /** The fields of a body by which a request for a stream differs from one for a whole answer. */
  readonly streamFields: readonly string[];
  /** The whole answer that a stream's payloads add up to. */
  readonly toWhole: (payloads: readonly object[]) => object;
  /** Payloads a vendor may add some day; none of them means anything. */
  readonly unknown: readonly object[];
  /** A turn one of whose payloads holds reasoning and text; null where no payload has room for both. */
  readonly together: ((reasoning: string, text: string) => readonly object[]) | null;
  readonly usage: UsageWire;
}

/** Payloads as a stream's bytes. */
export const toFrames = (
  payloads: readonly object[],
  wire: Pick<VendorWire, 'framing'>,
  own: Framing = {},
): string => {
  const { lineEnd, done, named } = { ...wire.framing, ...own };
  return [
    ...payloads.map((payload) => {
      const name = named && 'type' in payload ? `event: ${String(payload.type)}${lineEnd}` : '';
      return `${name}data: ${JSON.stringify(payload)}${lineEnd}${lineEnd}`;
    }),
    ...(done ? [`data: [DONE]${lineEnd}${lineEnd}`] : []),
  ].join('');
};

/** Where the body says it, as in most APIs: `"stream": true`. */
export const asksForStream: VendorWire['isStreamed'] = ({ body }) =>
  (JSON.parse(body) as { readonly stream?: unknown }).stream === true;

export const STREAM_FIELDS = ['stream', 'stream_options'];

const chatMessage = (deltas: readonly Raw[]): object => {
  const joined = (field: string): string =>
    deltas.map((delta) => (typeof delta[field] === 'string' ? delta[field] : '')).join('');
  const calls = new Map<number, Raw>();
  for (const delta of deltas)
    for (const { index, id, function: part } of delta.tool_calls ?? []) {
      const known = calls.get(index) ?? {
        id,
        type: 'function',
        function: { name: part.name, arguments: '' },
      };
      known.function.arguments += part.arguments ?? '';
      calls.set(index, known);
    }
  return {
    role: 'assistant',
    content: joined('content'),
    ...Object.fromEntries(
      ['reasoning', 'reasoning_content', 'refusal']
        .filter((field) => joined(field) !== '')
        .map((field) => [field, joined(field)]),
    ),
    ...(calls.size > 0 && { tool_calls: [...calls.values()] }),
  };
};

const toWholeChat = (payloads: readonly Raw[]): object => {
  const choices: Raw[] = payloads.flatMap((payload) => payload.choices ?? []);
  const last = payloads.findLast((payload) => payload.usage ?? payload.x_groq?.usage);
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: chatMessage(choices.map((choice) => choice.delta)),
        finish_reason: choices.findLast((choice) => choice.finish_reason)?.finish_reason ?? null,
      },
    ],
    ...(last?.usage && { usage: last.usage }),
    ...(last?.x_groq && { x_groq: last.x_groq }),
  };
};

const chatChunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});

/** More than any answer of a test has. */
export const TOO_MANY = 10_000;

/** The counts of OpenAI's two APIs and of the vendors that speak them: some have fields of their own. */
const OPENAI_USAGE: UsageWire = {
  fields: ['usage'],
  details: [
    'prompt_tokens_details',
    'completion_tokens_details',
    'input_tokens_details',
    'output_tokens_details',
    'prompt_cache_hit_tokens',
    'prompt_cache_miss_tokens',
  ],
  overstated: {
    reasoning: {
      completion_tokens_details: { reasoning_tokens: TOO_MANY },
      output_tokens_details: { reasoning_tokens: TOO_MANY },
    },
    'cache reads': {
      prompt_tokens_details: { cached_tokens: TOO_MANY },
      input_tokens_details: { cached_tokens: TOO_MANY, cache_read_input_tokens: TOO_MANY },
      prompt_cache_hit_tokens: TOO_MANY,
    },
    audio: {
      prompt_tokens_details: { audio_tokens: TOO_MANY },
      input_tokens_details: { audio_tokens: TOO_MANY },
    },
  },
};

/** Chat Completions, whose vendors name the text of their reasoning differently. */
export const chatWire = (reasoningField: 'reasoning' | 'reasoning_content'): VendorWire => ({
  framing: { lineEnd: '\n', done: true, named: false },
  namesMatter: false,
  isStreamed: asksForStream,
  streamFields: STREAM_FIELDS,
  toWhole: toWholeChat,
  unknown: [
    { choices: [] },
    { choices: [], novelty: { x: 1 } },
    { ...chatChunk({ novelty: 'x' }), novelty: 1 },
  ],
  together: (reasoning, text) => [
    chatChunk({ role: 'assistant', content: '' }),
    chatChunk({ content: text, [reasoningField]: reasoning }),
    chatChunk({}, 'stop'),
  ],
  usage: OPENAI_USAGE,
});

/** The Responses API; not every vendor names the events. */
export const responsesWire = (named: boolean): VendorWire => ({
  framing: { lineEnd: '\n', done: false, named },
  namesMatter: false,
  isStreamed: asksForStream,
  streamFields: STREAM_FIELDS,
  toWhole: (payloads: readonly Raw[]) => payloads.findLast((payload) => payload.response)?.response ?? {},
  unknown: [
    { type: 'response.novelty.delta', output_index: 0, delta: 'x' },
    { type: 'response.output_item.added', output_index: 90, item: { id: 'n_1', type: 'novelty_call' } },
  ],
  together: null,
  usage: OPENAI_USAGE,
});
