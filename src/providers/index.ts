import type { TextProviderDescriptor } from '../core/text-provider.ts';
import { demoDescriptor } from './text/demo/descriptor.ts';
import { openaiDescriptor } from './text/openai/descriptor.ts';
import { anthropicDescriptor } from './text/anthropic/descriptor.ts';

const temporary = (name: string, apiTypes: TextProviderDescriptor['apiTypes']): TextProviderDescriptor => ({
  ...openaiDescriptor, name, apiTypes, credentialVariable: name.toUpperCase() + '_API_KEY', displayName: name,
});

/** Every provider by its registration name. A new provider is one line here. */
export const TEXT_PROVIDERS = {
  demo: demoDescriptor,
  openai: openaiDescriptor,
  anthropic: anthropicDescriptor,
  gemini: temporary('gemini', ['generate_content']),
  groq: temporary('groq', ['chat_completion']),
  deepseek: temporary('deepseek', ['chat_completion']),
  perplexity: temporary('perplexity', ['responses_api']),
  xai: temporary('xai', ['responses_api']),
} as const satisfies Readonly<Record<string, TextProviderDescriptor>>;
