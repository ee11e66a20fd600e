import { canReason, type ModelConfig } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type {
  ChatDialect,
  OpenAICompatibleVendor,
  RequestFields,
  ResponsesDialect,
} from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';
import { createBatchOperations } from './batch/batch-operations.ts';

export const OPENAI_CHAT: ChatDialect = {
  maxTokensField: 'max_completion_tokens',
  reasoningField: null,
  reasoningFields: (request, config) => {
    const effort = findEffort(request, config);
    return effort === null ? {} : { reasoning_effort: effort };
  },
  cacheFields: (request, config) => cacheFields(request, config),
  streamOptions: { include_obfuscation: false },
  usage: { outputIncludesReasoning: true },
};

export const OPENAI_RESPONSES: ResponsesDialect = {
  countsInputTokens: true,
  // Nothing is kept at the vendor: what a next turn needs comes back encrypted and is sent along with it.
  fields: { store: false },
  streamOptions: { include_obfuscation: false },
  reasoningFields: (request, config) => responsesReasoning(request, config),
  cacheFields: (request, config) => cacheFields(request, config),
  includeFor: ({ tools }) =>
    tools.some((tool) => tool.type === 'built-in' && tool.tool === 'code_interpreter')
      ? ['code_interpreter_call.outputs']
      : [],
  usage: { outputIncludesReasoning: true },
};

export const OPENAI: OpenAICompatibleVendor = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  chat: OPENAI_CHAT,
  responses: OPENAI_RESPONSES,
  createBatchOperations,
};

/** Models whose requests can forbid caching have the newer field, the others the older one. */
const cacheFields = ({ cache }: TextRequest, config: ModelConfig): RequestFields => {
  switch (cache) {
    case 'provider-default':
      return {};
    case 'short':
      return config.promptCaches.includes('off')
        ? { prompt_cache_options: { mode: 'implicit', ttl: '30m' } }
        : { prompt_cache_retention: 'in_memory' };
    case 'long':
      return config.promptCaches.includes('off')
        ? { prompt_cache_options: { mode: 'implicit', ttl: '12h' } }
        : { prompt_cache_retention: '24h' };
    case 'off':
      // Without breakpoints of its own such a request is neither written to the cache nor read from it.
      return { prompt_cache_options: { mode: 'explicit' } };
  }
};

const responsesReasoning = (request: TextRequest, config: ModelConfig): RequestFields => {
  if (!canReason(config)) return {};
  const effort = findEffort(request, config);
  const usual = config.reasoning.type === 'effort' ? config.reasoning.default : null;
  if ((effort ?? usual) === 'none') return effort === null ? {} : { reasoning: { effort } };
  return {
    reasoning: { ...(effort !== null && { effort }), summary: 'auto' },
    include: ['reasoning.encrypted_content'],
  };
};
