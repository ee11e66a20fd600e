/** The APIs of all vendors. */
export const HOSTILE_APIS = ['chat', 'responses', 'messages', 'generate'] as const;
export type HostileApi = (typeof HOSTILE_APIS)[number];

const event = (payload: object): string => {
  const name = 'type' in payload ? `event: ${String(payload.type)}\n` : '';
  return `${name}data: ${JSON.stringify(payload)}\n\n`;
};

const chunk = (delta: object): string => event({ choices: [{ index: 0, delta, finish_reason: null }] });
const blockDelta = (delta: object): string => event({ type: 'content_block_delta', index: 0, delta });
const part = (content: object): string =>
  event({ candidates: [{ content: { role: 'model', parts: [content] } }] });

/** What an API streams, as far as a model that says too much needs it. */
interface Frames {
  /** What comes before the first text. */
  readonly begin: string;
  readonly text: (text: string) => string;
  /** What comes before the first arguments. */
  readonly beginCall: string;
  /** A piece of the arguments of one call. */
  readonly argumentsDelta: (json: string) => string;
  /** A whole call of its own. */
  readonly call: (index: number) => string;
}

const functionItem = (index: number): object => ({
  type: 'function_call',
  call_id: `call_${index}`,
  name: 'f',
  arguments: '',
});

export const FRAMES: Readonly<Record<HostileApi, Frames>> = {
  chat: {
    begin: '',
    text: (content) => chunk({ content }),
    beginCall: chunk({ tool_calls: [{ index: 0, id: 'call_0', function: { name: 'f', arguments: '' } }] }),
    argumentsDelta: (json) => chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] }),
    call: (index) =>
      chunk({ tool_calls: [{ index, id: `call_${index}`, function: { name: 'f', arguments: '{"a":1}' } }] }),
  },
  responses: {
    begin: event({ type: 'response.created', response: { id: 'resp_1' } }),
    text: (delta) => event({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta }),
    beginCall: event({ type: 'response.output_item.added', output_index: 0, item: functionItem(0) }),
    argumentsDelta: (delta) =>
      event({ type: 'response.function_call_arguments.delta', output_index: 0, delta }),
    call: (index) =>
      event({
        type: 'response.output_item.done',
        output_index: index,
        item: { ...functionItem(index), arguments: '{"a":1}' },
      }),
  },
  messages: {
    begin:
      event({ type: 'message_start', message: { usage: { input_tokens: 1 } } }) +
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    text: (text) => blockDelta({ type: 'text_delta', text }),
    beginCall: event({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'call_0', name: 'f', input: {} },
    }),
    argumentsDelta: (json) => blockDelta({ type: 'input_json_delta', partial_json: json }),
    call: (index) =>
      event({
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id: `call_${index}`, name: 'f', input: { a: 1 } },
      }) + event({ type: 'content_block_stop', index }),
  },
  generate: {
    begin: '',
    text: (text) => part({ text }),
    beginCall: part({ functionCall: { name: 'f', willContinue: true } }),
    argumentsDelta: (json) =>
      part({
        functionCall: {
          willContinue: true,
          partialArgs: [{ jsonPath: '$.a', stringValue: json, willContinue: true }],
        },
      }),
    call: (index) => part({ functionCall: { id: `call_${index}`, name: 'f', args: { a: index } } }),
  },
};
