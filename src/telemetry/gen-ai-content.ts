import type { Attributes } from '@opentelemetry/api';
import type { Generation } from '../core/generation.ts';
import type { JsonValue } from '../core/json.ts';
import type { AssistantPart, MediaPart, Message, UserPart } from '../core/message.ts';
import type { TextRequest, Tool } from '../core/text-request.ts';

/** How far an answer had come before a turn: texts in UTF-16 code units. */
export interface AnswerPosition {
  readonly text: number;
  readonly reasoning: number;
  readonly toolCalls: number;
}

export const ANSWER_START: AnswerPosition = { text: 0, reasoning: 0, toolCalls: 0 };

export const endOf = ({ text, reasoning, toolCalls }: Generation): AnswerPosition => ({
  text: text.length,
  reasoning: reasoning?.length ?? 0,
  toolCalls: toolCalls.length,
});

interface Part {
  readonly type: string;
  readonly [field: string]: JsonValue;
}

/** Without its bytes: a span is no place for files. */
const toMediaPart = ({ type, source, mediaType }: MediaPart): Part => {
  const about = { modality: type === 'file' ? 'document' : type, mime_type: mediaType };
  if (source.type === 'url') return { type: 'uri', ...about, uri: source.url };
  if (source.type === 'provider-file') return { type: 'file', ...about, file_id: source.fileId };
  return { type: 'blob', ...about, content: '' };
};

/** Without what is opaque: it belongs to its vendor alone. */
const toPart = (part: UserPart | AssistantPart): Part => {
  switch (part.type) {
    case 'text':
      return { type: 'text', content: part.text };
    case 'reasoning':
      return { type: 'reasoning', content: part.text ?? '' };
    case 'tool-call':
      return { type: 'tool_call', id: part.callId, name: part.name, arguments: part.arguments };
    default:
      return toMediaPart(part);
  }
};

const toParts = (message: Message): readonly Part[] => {
  if (message.role === 'system') return [{ type: 'text', content: message.text }];
  if (message.role === 'tool')
    return [{ type: 'tool_call_response', id: message.callId, response: message.output }];
  return message.parts.map(toPart);
};

const toDefinition = (tool: Tool) =>
  tool.type === 'function'
    ? { type: 'function', name: tool.name, description: tool.description, parameters: tool.parameters }
    : { type: tool.tool };

/** What is asked, as JSON text: no attribute of a span is a structure. */
export const inputContent = ({ system, messages, tools }: TextRequest): Attributes => ({
  ...(system !== null && {
    'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: system }]),
  }),
  'gen_ai.input.messages': JSON.stringify(
    messages.map((message) => ({ role: message.role, parts: toParts(message) })),
  ),
  ...(tools.length > 0 && { 'gen_ai.tool.definitions': JSON.stringify(tools.map(toDefinition)) }),
});

/** What one turn has answered, as JSON text. */
export const outputContent = (generation: Generation, from: AnswerPosition): Attributes => {
  const reasoning = generation.reasoning?.slice(from.reasoning) ?? '';
  const text = generation.text.slice(from.text);
  const parts: readonly Part[] = [
    ...(reasoning === '' ? [] : [{ type: 'reasoning', content: reasoning }]),
    ...(text === '' ? [] : [{ type: 'text', content: text }]),
    ...generation.toolCalls.slice(from.toolCalls).map(({ callId, name, arguments: given }) => ({
      type: 'tool_call',
      id: callId,
      name,
      arguments: given,
    })),
  ];
  const message = { role: 'assistant', parts, finish_reason: generation.finishReason ?? 'error' };
  return { 'gen_ai.output.messages': JSON.stringify([message]) };
};
