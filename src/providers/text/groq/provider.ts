import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { GROQ } from './dialect.ts';

/** Open models on Groq's hardware, by Chat Completions. */
export const connectGroq: ConnectTextProvider = connectOpenAICompatible(GROQ);
