import type { ModelConfig } from '../src/core/model-config.ts';
import type { ReasoningSetting, TextRequest } from '../src/core/text-request.ts';
import { toMessagesRequest } from '../src/providers/text/anthropic/request/to-messages-request.ts';
import { DEEPSEEK } from '../src/providers/text/deepseek/dialect.ts';
import { toGenerateContentRequest } from '../src/providers/text/gemini/request/to-generate-content-request.ts';
import { GROQ } from '../src/providers/text/groq/dialect.ts';
import type { OpenAICompatibleVendor } from '../src/providers/text/openai-compatible/dialect.ts';
import { toChatRequest } from '../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { toResponsesRequest } from '../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { OPENAI } from '../src/providers/text/openai/dialect.ts';
import { PERPLEXITY } from '../src/providers/text/perplexity/dialect.ts';
import { XAI } from '../src/providers/text/xai/dialect.ts';
import { plainRequest } from '../test/support/plain-request.ts';

const COMPATIBLE: Readonly<Record<string, OpenAICompatibleVendor>> = {
  openai: OPENAI,
  groq: GROQ,
  deepseek: DEEPSEEK,
  perplexity: PERPLEXITY,
  xai: XAI,
};

/** Fields that say how much to reason. Others beside them (what is shown of it, what comes back) are left out. */
const REASONING_FIELDS: ReadonlySet<string> = new Set([
  'reasoning_effort',
  'reasoning.effort',
  'thinking.type',
  'thinking.budget_tokens',
  'output_config.effort',
  'thinkingConfig.thinkingLevel',
  'thinkingConfig.thinkingBudget',
]);

const toBody = (request: TextRequest, config: ModelConfig): object => {
  switch (config.provider) {
    case 'anthropic':
      return toMessagesRequest(request, config);
    case 'gemini':
      return toGenerateContentRequest(request, config).config;
    case 'demo':
      return {};
    default: {
      const { chat, responses } = COMPATIBLE[config.provider] ?? { chat: null, responses: null };
      if (config.apiType === 'chat_completion' && chat !== null) return toChatRequest(request, config, chat);
      if (config.apiType === 'responses_api' && responses !== null)
        return toResponsesRequest(request, config, responses);
      throw new Error(
        `It is not written down how requests to ${config.provider} are built: see ${import.meta.filename}`,
      );
    }
  }
};

const leavesOf = (value: object, path: string): readonly (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return typeof part === 'object' && part !== null ? leavesOf(part, here) : [[here, part] as const];
  });

/** How the demo provider understands a setting: it has no vendor to tell. */
const describe = (setting: ReasoningSetting): string | null => {
  switch (setting.type) {
    case 'provider-default':
      return null;
    case 'effort':
      return setting.effort;
    case 'budget':
      return `${setting.tokens} tokens`;
    case 'on':
    case 'off':
      return setting.type;
  }
};

/** What a vendor is sent for a setting, by the code that builds its requests; null: nothing. */
export const toReasoningWire = (
  setting: ReasoningSetting,
  config: ModelConfig,
  maxOutputTokens: number,
): string | null => {
  if (config.apiType === 'local') return describe(setting);
  const sent = leavesOf(toBody(plainRequest({ reasoning: setting, maxOutputTokens }), config), '').filter(
    ([name]) => REASONING_FIELDS.has(name),
  );
  return sent.length === 0 ? null : sent.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
};
