import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { OPENAI } from './dialect.ts';

/** OpenAI's models, by Chat Completions or the Responses API as each model's config says. */
export const connectOpenAI: ConnectTextProvider = connectOpenAICompatible(OPENAI);
