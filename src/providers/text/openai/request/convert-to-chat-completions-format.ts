import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Message } from '../../../../core/message.ts';
import { convertToChatCompletionsFormat as convert } from '../../openai-compatible/chat/convert-to-chat-completions-format.ts';
import { OPENAI_CHAT } from '../dialect.ts';

/** A conversation as OpenAI's Chat Completions takes it: earlier reasoning, which it has no field for, is left out. */
export const convertToChatCompletionsFormat = (
  messages: readonly Message[],
  system: string | null = null,
): ChatCompletionMessageParam[] => convert(messages, system, OPENAI_CHAT);
