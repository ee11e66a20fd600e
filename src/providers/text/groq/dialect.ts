import { canReason, type ModelConfig } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { ChatDialect, OpenAICompatibleVendor, RequestFields } from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';
import { createBatchOperations } from './batch/batch-operations.ts';
import { readExecutedTools } from './response/read-executed-tools.ts';

export const GROQ_CHAT: ChatDialect = {
  maxTokensField: 'max_completion_tokens',
  // An assistant message with a field it does not know is refused.
  reasoningField: null,
  reasoningFields: (request, config) => reasoningFields(request, config),
  asksForReasoningApart: true,
  streamOptions: {},
  readDelta: ({ executed_tools }) => readExecutedTools(executed_tools),
  usage: { outputIncludesReasoning: true },
};

export const GROQ: OpenAICompatibleVendor = {
  name: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  chat: GROQ_CHAT,
  responses: null,
  createBatchOperations,
};

/** GPT-OSS, which never writes its reasoning into its text, refuses to be asked not to. */
const reasoningFields = (request: TextRequest, config: ModelConfig): RequestFields => {
  if (!canReason(config)) return {};
  const effort = findEffort(request, config) ?? findSwitch(request, config);
  return {
    ...(effort !== null && { reasoning_effort: effort }),
    ...(effort !== 'none' && config.reasoningTags && { reasoning_format: 'parsed' }),
  };
};

/** A model whose reasoning is on or off takes these two words as its efforts. */
const findSwitch = ({ reasoning }: TextRequest, config: ModelConfig): 'none' | 'default' | null => {
  if (config.reasoning.type !== 'toggle') return null;
  if (reasoning.type === 'off') return 'none';
  return reasoning.type === 'provider-default' ? null : 'default';
};
