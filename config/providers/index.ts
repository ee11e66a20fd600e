import type { ModelConfigs } from '../../src/core/model-config.ts';
import { ANTHROPIC_MODELS } from './anthropic/models.ts';
import { DEEPSEEK_MODELS } from './deepseek/models.ts';
import { DEMO_MODELS } from './demo/models.ts';
import { GEMINI_MODELS } from './gemini/models.ts';
import { GROQ_MODELS } from './groq/models.ts';
import { OPENAI_MODELS } from './openai/models.ts';
import { PERPLEXITY_MODELS } from './perplexity/models.ts';
import { XAI_MODELS } from './xai/models.ts';

/** Every model by provider; the order is the catalogue's order. A new provider is one line here. */
export const MODEL_CONFIGS = Object.freeze({
  demo: DEMO_MODELS,
  openai: OPENAI_MODELS,
  anthropic: ANTHROPIC_MODELS,
  gemini: GEMINI_MODELS,
  groq: GROQ_MODELS,
  deepseek: DEEPSEEK_MODELS,
  perplexity: PERPLEXITY_MODELS,
  xai: XAI_MODELS,
} as const satisfies Readonly<Record<string, ModelConfigs>>);
