import type Anthropic from '@anthropic-ai/sdk';
import type { JsonValue } from '../../../../core/json.ts';
import type { AssistantMessage, Message, ToolMessage, UserPart } from '../../../../core/message.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';
import { findOrderedBlocks, readOpaque } from './replayed-blocks.ts';
import { toDocumentBlock, toImageBlock } from './to-media-block.ts';

type BlockParam = Anthropic.ContentBlockParam;

export interface MessagesFormat {
  /** The system text and leading system messages, joined; null when there are none. */
  readonly system: string | null;
  readonly messages: Anthropic.MessageParam[];
}

/**
 * A conversation as the input of the Messages API. Pure: the order of messages and parts is kept. Successive tool
 * results become one user message, which the API requires; other turns in a row are sent as they are, because it takes
 * them. A system message after the first turn keeps its place and role.
 * - Reasoning is sent back where its opaque part is the state of an earlier turn of this API (`toState`) or a part of it:
 *   before a tool call if the call brings it along, else where the reasoning part stands, and never twice. State that says
 *   the order of all blocks puts text and calls into it. Reasoning without its signature would be refused: it is left out.
 * - Blank text and messages without content, which the API refuses, are left out.
 * Throws `UNSUPPORTED_CAPABILITY` for audio, which this API does not take.
 */
export const convertToMessagesFormat = (
  messages: readonly Message[],
  system: string | null = null,
): MessagesFormat => {
  const firstTurn = messages.findIndex((message) => message.role !== 'system');
  const leading = firstTurn === -1 ? messages.length : firstTurn;
  const texts = messages
    .slice(0, leading)
    .flatMap((message) => (message.role === 'system' ? message.text : []));
  const systemText = [...(system === null ? [] : [system]), ...texts].join('\n\n');
  return {
    system: systemText.trim() === '' ? null : systemText,
    messages: toTurns(messages.slice(leading)),
  };
};

const toTurns = (messages: readonly Message[]): Anthropic.MessageParam[] => {
  const turns: Anthropic.MessageParam[] = [];
  let results: BlockParam[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (messages[index - 1]?.role !== 'tool') {
        results = [];
        turns.push({ role: 'user', content: results });
      }
      results.push(toToolResult(message));
      continue;
    }
    const content = toContent(message);
    if (content.length === 0) continue;
    turns.push(
      message.role === 'system'
        ? { role: 'system', content: content as Anthropic.TextBlockParam[] }
        : { role: message.role, content },
    );
  }
  return turns;
};

const toContent = (message: Exclude<Message, ToolMessage>): BlockParam[] => {
  switch (message.role) {
    case 'system':
      return toText(message.text);
    case 'user':
      return message.parts.flatMap(toUserContent);
    case 'assistant':
      return toAssistantContent(message);
  }
};

const toText = (text: string): Anthropic.TextBlockParam[] =>
  text.trim() === '' ? [] : [{ type: 'text', text }];

const toUserContent = (part: UserPart): BlockParam[] => {
  switch (part.type) {
    case 'text':
      return toText(part.text);
    case 'image':
      return [toImageBlock(part)];
    case 'file':
      return [toDocumentBlock(part)];
    case 'audio':
      throw unsupportedPart('audio', 'Send a transcript, or choose a model that takes audio.');
  }
};

/** Ids of the vendor's own tool calls: on its own such a call would be one without a result. */
const BUILT_IN_CALL = /^srvtoolu_/;

type CallPart = Extract<AssistantMessage['parts'][number], { type: 'tool-call' }>;

const toToolUse = ({ callId: id, name, arguments: given }: CallPart): Anthropic.ToolUseBlockParam => ({
  type: 'tool_use',
  id,
  name,
  input: toInput(given),
});

/** All of it in the order in which it came, where the state of the turn has kept that. */
const findOrderedContent = ({ parts }: AssistantMessage): readonly BlockParam[] | undefined => {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call' && !BUILT_IN_CALL.test(part.callId) ? [toToolUse(part)] : [],
  );
  for (const part of parts) {
    const found = part.type === 'reasoning' ? findOrderedBlocks(part.opaque, text, calls) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

const toAssistantContent = (message: AssistantMessage): BlockParam[] => {
  const { parts } = message;
  const ordered = findOrderedContent(message);
  if (ordered !== undefined) return [...ordered];
  const brought = new Set(
    parts.flatMap((part) => (part.type === 'tool-call' ? readOpaque(part.opaque).map(identify) : [])),
  );
  return parts.flatMap((part): readonly BlockParam[] => {
    switch (part.type) {
      case 'text':
        return toText(part.text);
      case 'reasoning':
        return readOpaque(part.opaque).filter((block) => !brought.has(identify(block)));
      case 'tool-call':
        if (BUILT_IN_CALL.test(part.callId)) return [];
        return [...readOpaque(part.opaque), toToolUse(part)];
    }
  });
};

/** The API takes an object alone. */
const toInput = (given: JsonValue): object => {
  if (given === null) return {};
  return typeof given === 'object' && !Array.isArray(given) ? given : { value: given };
};

const identify = (block: BlockParam): string => JSON.stringify(block);

const toToolResult = ({ callId, output, isError }: ToolMessage): Anthropic.ToolResultBlockParam => {
  const content = toOutputText(output);
  return {
    type: 'tool_result',
    tool_use_id: callId,
    ...(content !== '' && { content }),
    ...(isError && { is_error: true }),
  };
};

const toOutputText = (output: JsonValue): string =>
  typeof output === 'string' ? output : JSON.stringify(output);
