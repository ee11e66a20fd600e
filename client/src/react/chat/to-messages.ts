import type { ContentPartInput, MessageInput } from '../../schema-types.ts';
import { createFileConverter, type FileConverter } from './attachments.ts';
import { type ChatMessage, toText } from './chat-message.ts';

const toUserContent = ({ parts }: ChatMessage, convert: FileConverter): readonly ContentPartInput[] =>
  parts.flatMap((part) => {
    if (part.type === 'file') return convert(part);
    return part.type === 'text' && part.text !== '' ? [{ text: part.text }] : [];
  });

const toTurns = (message: ChatMessage, convert: FileConverter): readonly MessageInput[] => {
  if (message.role === 'user') return [{ user: toUserContent(message, convert) }];
  if (message.turns !== undefined && message.turns.length > 0) return message.turns;
  // An answer that failed before anything came says nothing to a model.
  const text = toText(message);
  return text === '' ? [] : [{ assistant: { text } }];
};

/** A conversation as a request takes it. The same messages give the same input, so that its key stays good. */
export const toMessageInputs = (messages: readonly ChatMessage[]): readonly MessageInput[] => {
  const files = messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'file'));
  const convert = createFileConverter(files);
  return messages.flatMap((message) => toTurns(message, convert));
};
