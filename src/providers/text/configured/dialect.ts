import type { ConfiguredProvider } from '../../../core/configured-provider.ts';
import type { ChatDialect, OpenAICompatibleVendor, ResponsesDialect } from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';

/** What every server understands that speaks one of OpenAI's APIs; nothing that is OpenAI's own. */
export const createDialect = (provider: ConfiguredProvider): OpenAICompatibleVendor => ({
  name: provider.name,
  baseUrl: provider.baseUrl,
  chat: createChatDialect(provider),
  responses: RESPONSES,
});

const createChatDialect = ({ maxTokensField, streamUsage }: ConfiguredProvider): ChatDialect => ({
  maxTokensField,
  // There are two names for this field, and a server may refuse a message with the one it does not know.
  reasoningField: null,
  reasoningFields: (request, config) => {
    const effort = findEffort(request, config);
    return effort === null ? {} : { reasoning_effort: effort };
  },
  streamOptions: streamUsage ? {} : null,
  usage: { outputIncludesReasoning: true },
});

const RESPONSES: ResponsesDialect = {
  fields: {},
  streamOptions: null,
  reasoningFields: (request, config) => {
    const effort = findEffort(request, config);
    return effort === null ? {} : { reasoning: { effort } };
  },
  includeFor: () => [],
  usage: { outputIncludesReasoning: true },
};
