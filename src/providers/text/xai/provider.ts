import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { XAI } from './dialect.ts';

/** xAI's models, by the Responses API. */
export const connectXAI: ConnectTextProvider = connectOpenAICompatible(XAI);
