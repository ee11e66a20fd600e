import { canReason, type ModelConfig } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type {
  OpenAICompatibleVendor,
  RequestFields,
  ResponsesDialect,
} from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';
import { createBatchOperations } from './batch/batch-operations.ts';

export const XAI_RESPONSES: ResponsesDialect = {
  // Nothing is kept at the vendor: what a next turn needs comes back encrypted and is sent along with it.
  fields: { store: false },
  streamOptions: null,
  reasoningFields: (request, config) => reasoningFields(request, config),
  includeFor: ({ tools }) =>
    tools.some((tool) => tool.type === 'built-in' && tool.tool === 'code_interpreter')
      ? ['code_interpreter_call.outputs']
      : [],
  // There are no containers to choose from.
  toBuiltInTool: (tool) => (tool === 'code_interpreter' ? { type: 'code_interpreter' } : undefined),
  usage: { outputIncludesReasoning: true },
};

export const XAI: OpenAICompatibleVendor = {
  name: 'xai',
  baseUrl: 'https://api.x.ai/v1',
  chat: null,
  responses: XAI_RESPONSES,
  createBatchOperations,
};

/** Summaries of the reasoning come unasked. A model that cannot be told how much to reason refuses an effort. */
const reasoningFields = (request: TextRequest, config: ModelConfig): RequestFields => {
  if (!canReason(config)) return {};
  const effort = findEffort(request, config);
  return {
    ...(effort !== null && { reasoning: { effort } }),
    ...(effort !== 'none' && { include: ['reasoning.encrypted_content'] }),
  };
};
