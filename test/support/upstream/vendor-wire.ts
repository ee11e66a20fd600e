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

/** How one vendor's API puts an answer on the wire. */
export interface VendorWire {
  readonly api: 'chat' | 'responses' | 'messages' | 'generate-content';
  readonly framing: Required<Framing>;
  /** Whether an event without its name would be lost on the vendor's SDK. */
  readonly namesMatter: boolean;
  /** Whether a request asks for a stream. */
  readonly isStreamed: (request: Pick<UpstreamRequest, 'path' | 'body'>) => boolean;
  /** The whole answer that a stream's payloads add up to. */
  readonly toWhole: (payloads: readonly object[]) => object;
  /** Payloads a vendor may add some day; none of them means anything. */
  readonly unknown: readonly object[];
  /** A turn one of whose payloads holds reasoning and text; null where no payload has room for both. */
  readonly together: ((reasoning: string, text: string) => readonly object[]) | null;
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

const asksForStream: VendorWire['isStreamed'] = ({ body }) =>
  (JSON.parse(body) as { readonly stream?: unknown }).stream === true;

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

/** Chat Completions, whose vendors name the text of their reasoning differently. */
export const chatWire = (reasoningField: 'reasoning' | 'reasoning_content'): VendorWire => ({
  api: 'chat',
  framing: { lineEnd: '\n', done: true, named: false },
  namesMatter: false,
  isStreamed: asksForStream,
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
});

/** The Responses API; not every vendor names the events. */
export const responsesWire = (named: boolean): VendorWire => ({
  api: 'responses',
  framing: { lineEnd: '\n', done: false, named },
  namesMatter: false,
  isStreamed: asksForStream,
  toWhole: (payloads: readonly Raw[]) => payloads.findLast((payload) => payload.response)?.response ?? {},
  unknown: [
    { type: 'response.novelty.delta', output_index: 0, delta: 'x' },
    { type: 'response.output_item.added', output_index: 90, item: { id: 'n_1', type: 'novelty_call' } },
  ],
  together: null,
});

export const messagesWire = (toWhole: VendorWire['toWhole']): VendorWire => ({
  api: 'messages',
  framing: { lineEnd: '\n', done: false, named: true },
  namesMatter: true,
  isStreamed: asksForStream,
  toWhole,
  unknown: [{ type: 'ping' }, { type: 'novelty', index: 0, delta: { type: 'text_delta', text: 'x' } }],
  together: null,
});

export const generateContentWire = (toWhole: VendorWire['toWhole']): VendorWire => ({
  api: 'generate-content',
  framing: { lineEnd: '\r\n', done: false, named: false },
  namesMatter: false,
  isStreamed: ({ path }) => path.includes(':streamGenerateContent'),
  toWhole,
  unknown: [{ novelty: { x: 1 } }, { candidates: [] }, { candidates: [{ index: 0, novelty: true }] }],
  together: (reasoning, text) => [
    {
      candidates: [
        { index: 0, content: { role: 'model', parts: [{ text: reasoning, thought: true }, { text }] } },
      ],
    },
    { candidates: [{ index: 0, finishReason: 'STOP' }] },
  ],
});
