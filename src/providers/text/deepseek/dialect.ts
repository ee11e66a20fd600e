import { canReason, type ModelConfig } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { ChatDialect, OpenAICompatibleVendor, RequestFields } from '../openai-compatible/dialect.ts';

export const DEEPSEEK_CHAT: ChatDialect = {
  maxTokensField: 'max_tokens',
  reasoningField: null,
  // With tools every earlier turn has to bring its reasoning back, even an empty one: "The `reasoning_content` in the
  // thinking mode must be passed back to the API." Without tools it would be ignored.
  replayFor: (request) =>
    usesTools(request) && !isOff(request)
      ? { reasoningField: 'reasoning_content', sendsEmptyReasoning: true }
      : { reasoningField: null },
  reasoningFields: (request, config) => reasoningFields(request, config),
  streamOptions: {},
  usage: { outputIncludesReasoning: true },
};

export const DEEPSEEK: OpenAICompatibleVendor = {
  name: 'deepseek',
  baseUrl: 'https://api.deepseek.com',
  chat: DEEPSEEK_CHAT,
  responses: null,
};

const reasoningFields = (request: TextRequest, config: ModelConfig): RequestFields => {
  const { reasoning } = request;
  if (!canReason(config) || reasoning.type === 'provider-default') return {};
  if (isOff(request)) return { thinking: { type: 'disabled' } };
  return {
    thinking: { type: 'enabled' },
    ...(reasoning.type === 'effort' && { reasoning_effort: reasoning.effort }),
  };
};

const isOff = ({ reasoning }: TextRequest): boolean =>
  reasoning.type === 'off' || (reasoning.type === 'effort' && reasoning.effort === 'none');

const usesTools = ({ tools, messages }: TextRequest): boolean =>
  tools.length > 0 ||
  messages.some(
    (message) =>
      message.role === 'tool' ||
      (message.role === 'assistant' && message.parts.some((part) => part.type === 'tool-call')),
  );
