import type { ConfiguredProvider } from '../../../core/configured-provider.ts';
import type { ConnectTextProvider } from '../../../core/text-provider.ts';
import { connectOpenAICompatible } from '../openai-compatible/connect-openai-compatible.ts';
import { createDialect } from './dialect.ts';

/** A server of the operator's choice, by the OpenAI API it speaks. */
export const connectConfigured = (provider: ConfiguredProvider): ConnectTextProvider =>
  connectOpenAICompatible(createDialect(provider));
