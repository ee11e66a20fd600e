import type { Exchange, Raw } from '../support/upstream/replay.ts';

/** Payloads of streams as the one body that a waiting call would have got: the content of an Anthropic answer. */
const anthropicBlocks = (payloads: readonly Raw[]): Raw[] => {
  const blocks: Raw[] = [];
  const json: string[] = [];
  for (const { type, index, content_block: block, delta, content } of payloads) {
    if (type === 'message') blocks.push(...content);
    if (type === 'content_block_start') {
      blocks[index] = structuredClone(block);
      json[index] = '';
    }
    if (type !== 'content_block_delta') continue;
    const open = blocks[index];
    if (delta.type === 'text_delta') open.text += delta.text;
    if (delta.type === 'thinking_delta') open.thinking += delta.thinking;
    if (delta.type === 'signature_delta') open.signature = (open.signature ?? '') + delta.signature;
    if (delta.type === 'input_json_delta') json[index] += delta.partial_json;
    if (delta.type === 'citations_delta') open.citations = [...(open.citations ?? []), delta.citation];
  }
  return blocks.map((block, index) => (json[index] ? { ...block, input: JSON.parse(json[index]) } : block));
};

const without = (value: Raw, ...names: readonly string[]): Raw =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

const anthropicReturned = (exchanges: readonly Exchange[]): Raw[] => {
  const blocks = exchanges.flatMap(({ payloads }) => anthropicBlocks(payloads));
  const answered = new Set(blocks.map((block) => block.tool_use_id));
  const kept = blocks.filter(({ type, id, text }) => {
    if (type === 'server_tool_use') return answered.has(id);
    return type !== 'text' || text.trim() !== '';
  });
  const carries = kept.some(({ type }) => type !== 'text' && type !== 'tool_use');
  const cites = (block: Raw): boolean => carries && (block.citations?.length ?? 0) > 0;
  const parts = kept.map((block) => {
    if (block.type === 'tool_use') return without(block, 'caller');
    return block.type === 'text' && !cites(block) ? without(block, 'citations') : block;
  });
  // What the message itself says whole, it says as one text.
  if (carries) return parts;
  const text = parts.flatMap((block) => (block.type === 'text' ? block.text : [])).join('');
  const calls = parts.filter(({ type }) => type === 'tool_use');
  return [...(text === '' ? [] : [{ type: 'text', text }]), ...calls];
};

const REPLAYED: Readonly<Record<string, readonly string[]>> = {
  reasoning: ['type', 'id', 'summary', 'encrypted_content'],
  web_search_call: ['type', 'id', 'status', 'action'],
  code_interpreter_call: ['type', 'id', 'status', 'code', 'container_id', 'outputs'],
};

/** Some files hold several responses, of which a client is given the first. */
const firstResponse = (payloads: readonly Raw[]): readonly Raw[] => {
  const end = payloads.findIndex(({ type }) => type === 'response.completed');
  return end === -1 ? payloads : payloads.slice(0, end + 1);
};

const responsesReturned = (exchanges: readonly Exchange[]): Raw[] => {
  const outputs = exchanges.flatMap((exchange) => {
    const payloads = firstResponse(exchange.payloads);
    const done = payloads.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    return done.length > 0 ? done : (payloads.at(-1).response ?? payloads.at(-1)).output;
  });
  const hasReasoning = outputs.some(({ type, encrypted_content: opaque }) => type === 'reasoning' && opaque);
  return outputs.flatMap((item: Raw): Raw[] => {
    if (item.type === 'message') {
      const text = item.content.map((part: Raw) => part.text ?? part.refusal).join('');
      const phase = typeof item.phase === 'string' ? { phase: item.phase } : {};
      return text === '' ? [] : [{ role: 'assistant', content: [{ type: 'output_text', text }], ...phase }];
    }
    if (item.type === 'function_call')
      return [
        {
          type: 'function_call',
          call_id: item.call_id,
          name: item.name,
          arguments: JSON.stringify(JSON.parse(item.arguments)),
        },
      ];
    const names = REPLAYED[item.type];
    if (names === undefined || !hasReasoning || (item.type === 'reasoning' && !item.encrypted_content))
      return [];
    return [Object.fromEntries(names.flatMap((name) => (item[name] == null ? [] : [[name, item[name]]])))];
  });
};

/** What stands for arguments that came in pieces. */
export const IN_PIECES = 'in pieces';

/** Thoughts without a signature are left out, plain texts and the pieces of a call are joined. */
const geminiReturned = (exchanges: readonly Exchange[]): Raw[] => {
  const parts: Raw[] = [];
  for (const part of exchanges.flatMap(({ payloads }) =>
    payloads.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []),
  )) {
    const last = parts.at(-1);
    const isSigned = part.thoughtSignature !== undefined;
    const { functionCall: call } = part;
    if (call !== undefined && call.name === undefined) {
      last.functionCall.args = IN_PIECES;
      continue;
    }
    if (!isSigned && (part.thought === true || part.text === '')) continue;
    const isPlain = (at: Raw): boolean => typeof at?.text === 'string' && at.thoughtSignature === undefined;
    if (isPlain(part) && isPlain(last)) last.text += part.text;
    else parts.push(structuredClone(part));
  }
  return parts;
};

/** Of a chat the reasoning, where it is sent back at all. */
const chatReturned = (exchanges: readonly Exchange[]): string =>
  exchanges
    .flatMap(({ payloads }) =>
      payloads.flatMap(({ choices }) => choices?.[0]?.delta?.reasoning_content ?? []),
    )
    .join('');

/** What a vendor wants back of what it gave, worked out of its own payloads; undefined: it has no state. */
export const returnedOf = (apiType: string, exchanges: readonly Exchange[]): Raw => {
  switch (apiType) {
    case 'messages':
      return anthropicReturned(exchanges);
    case 'responses_api':
      return responsesReturned(exchanges);
    case 'generate_content':
      return geminiReturned(exchanges);
    default:
      return chatReturned(exchanges);
  }
};

/** What of a request's body the assistant said. */
export const saidIn = (apiType: string, body: Raw): Raw => {
  switch (apiType) {
    case 'messages':
      return body.messages
        .filter(({ role }: Raw) => role === 'assistant')
        .flatMap(({ content }: Raw) => content);
    case 'responses_api':
      return body.input.filter(({ role, type }: Raw) => role !== 'user' && type !== 'function_call_output');
    case 'generate_content':
      return body.contents.filter(({ role }: Raw) => role === 'model').flatMap(({ parts }: Raw) => parts);
    default:
      return body.messages
        .filter(({ role }: Raw) => role === 'assistant')
        .map((message: Raw) => message.reasoning_content ?? '')
        .join('');
  }
};
