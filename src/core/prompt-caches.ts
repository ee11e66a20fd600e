import type { ModelConfig } from './model-config.ts';
import type { PromptCache } from './text-request.ts';

type AskedPromptCache = Exclude<PromptCache, 'provider-default'>;

/** OpenAI models before GPT-5.5 that take both retention policies. */
const OPENAI_RETENTION: ReadonlySet<string> = new Set(['gpt-5.4', 'gpt-5.2', 'gpt-5.1', 'gpt-5', 'gpt-4.1']);

/**
 * From GPT-5.6 on a request says for how long at least (30 minutes) or that nothing is to be cached; GPT-5.5 keeps
 * prompts for up to a day and knows nothing else; some older models take either.
 * https://developers.openai.com/api/docs/guides/prompt-caching
 */
const openaiPromptCaches = (apiModel: string): readonly AskedPromptCache[] => {
  const version = Number(/^gpt-(\d+(?:\.\d+)?)(?=-|$)/.exec(apiModel)?.[1]);
  if (version >= 5.6) return ['short', 'off'];
  if (version === 5.5) return ['long'];
  return OPENAI_RETENTION.has(apiModel) ? ['short', 'long'] : [];
};

/** What a request can ask of a model's prompt cache; empty where its API caches as it sees fit, or not at all. */
export const promptCachesOf = ({ provider, apiModel }: ModelConfig): readonly AskedPromptCache[] => {
  switch (provider) {
    case 'anthropic':
      // Nothing is cached that was not asked for: "off" is what the API does by itself.
      return ['short', 'long', 'off'];
    case 'openai':
      return openaiPromptCaches(apiModel);
    default:
      return [];
  }
};
