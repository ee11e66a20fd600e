import type { TextProviderDescriptor } from '../core/text-provider.ts';
import { anthropicDescriptor } from './text/anthropic/descriptor.ts';
import { deepseekDescriptor } from './text/deepseek/descriptor.ts';
import { demoDescriptor } from './text/demo/descriptor.ts';
import { geminiDescriptor } from './text/gemini/descriptor.ts';
import { groqDescriptor } from './text/groq/descriptor.ts';
import { openaiDescriptor } from './text/openai/descriptor.ts';
import { perplexityDescriptor } from './text/perplexity/descriptor.ts';
import { xaiDescriptor } from './text/xai/descriptor.ts';

/** Every provider by its registration name. A new provider is one line here. */
export const TEXT_PROVIDERS = {
  demo: demoDescriptor,
  openai: openaiDescriptor,
  anthropic: anthropicDescriptor,
  gemini: geminiDescriptor,
  groq: groqDescriptor,
  deepseek: deepseekDescriptor,
  perplexity: perplexityDescriptor,
  xai: xaiDescriptor,
} as const satisfies Readonly<Record<string, TextProviderDescriptor>>;
