import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { PERPLEXITY } from './dialect.ts';

/** Perplexity's models, by its Agent API, which is a Responses API. */
export const connectPerplexity: ConnectTextProvider = connectOpenAICompatible(PERPLEXITY);
