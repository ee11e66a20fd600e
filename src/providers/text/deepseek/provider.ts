import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { DEEPSEEK } from './dialect.ts';

/** DeepSeek's models, by Chat Completions. */
export const connectDeepSeek: ConnectTextProvider = connectOpenAICompatible(DEEPSEEK);
