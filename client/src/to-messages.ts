import type { GenerationSnapshot } from './generation-snapshot.ts';
import { isTerminalStatus } from './fold-generation.ts';
import type { ContentPartInput, Generation, Message, MessageInput, ToolCall } from './schema-types.ts';

const withoutNulls = <T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], null> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Key in keyof T]: Exclude<T[Key], null>;
  };

const toToolCall = ({ callId, name, arguments: given, signature }: ToolCall) => ({
  callId,
  name,
  arguments: given,
  ...(signature !== null && { signature }),
});

type UserParts = NonNullable<Message['user']>;

/** Media come back without their bytes: only what has an address can be sent again. */
const toUserParts = (parts: UserParts): ContentPartInput[] =>
  parts.flatMap(({ text, image, audio, file }): ContentPartInput[] => {
    if (text !== null) return [{ text }];
    if (image?.url != null) return [{ image: { source: { url: image.url } } }];
    if (audio?.url != null) return [{ audio: { source: { url: audio.url } } }];
    if (file?.url != null) return [{ file: { source: { url: file.url } } }];
    return [];
  });

/** Undefined: nothing is left of the message. */
const toMessage = (message: Message, isSent: (call: ToolCall) => boolean): MessageInput | undefined => {
  const { system, user, assistant, tool } = message;
  if (system !== null) return { system };
  if (tool !== null) return { tool: { callId: tool.callId, output: tool.output, isError: tool.isError } };
  if (user !== null) return { user: toUserParts(user) };
  if (assistant === null) return undefined;
  const toolCalls = assistant.toolCalls.filter(isSent).map(toToolCall);
  const reasoning = assistant.reasoning.map(withoutNulls);
  const { text } = assistant;
  if (toolCalls.length === 0 && reasoning.length === 0 && (text === null || text === '')) return undefined;
  return {
    assistant: {
      ...(reasoning.length > 0 && { reasoning }),
      ...(text !== null && text !== '' && { text }),
      ...(toolCalls.length > 0 && { toolCalls }),
    },
  };
};

/**
 * What a generation has added to its conversation, to be appended to the messages of the next request: text, tool calls
 * and their results, reasoning with the state of its provider. Of a generation that has ended, calls that never got a
 * result are left out, since a provider refuses a conversation with them. A snapshot of a generation that has not ended
 * gives its text so far.
 */
export const toMessages = (
  generation: Pick<Generation, 'messages' | 'status'> | GenerationSnapshot,
): MessageInput[] => {
  if (!('messages' in generation)) {
    if (generation.generation !== undefined) return toMessages(generation.generation);
    return generation.text === '' ? [] : [{ assistant: { text: generation.text } }];
  }
  const { messages, status } = generation;
  const answered = new Set(messages.map(({ tool }) => tool?.callId));
  const isSent = ({ callId }: ToolCall): boolean => !isTerminalStatus(status) || answered.has(callId);
  return messages.flatMap((message) => toMessage(message, isSent) ?? []);
};
