import type { AssistantPart, Message, UserPart } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { toVendorCallIds } from './to-vendor-call-ids.ts';

/**
 * A conversation in a form that the API takes: ids of tool calls by its rule, and no texts without a character, which say
 * nothing and are refused. Nothing else is changed; the messages themselves come back where nothing is.
 */
export const toVendorMessages = (
  messages: readonly Message[],
  { callIds }: Pick<ModelConfig, 'callIds'>,
): readonly Message[] =>
  toVendorCallIds(messages.some(hasEmptyText) ? messages.flatMap(withoutEmptyTexts) : messages, callIds);

const isEmptyText = (part: UserPart | AssistantPart): boolean => part.type === 'text' && part.text === '';

const hasEmptyText = (message: Message): boolean =>
  (message.role === 'system' && message.text === '') ||
  ((message.role === 'user' || message.role === 'assistant') && message.parts.some(isEmptyText));

/** None where nothing else is in the message. */
const withoutEmptyTexts = (message: Message): readonly Message[] => {
  if (!hasEmptyText(message)) return [message];
  switch (message.role) {
    case 'user': {
      const parts = message.parts.filter((part) => !isEmptyText(part));
      return parts.length === 0 ? [] : [{ ...message, parts }];
    }
    case 'assistant': {
      const parts = message.parts.filter((part) => !isEmptyText(part));
      return parts.length === 0 ? [] : [{ ...message, parts }];
    }
    case 'system':
    case 'tool':
      return [];
  }
};
