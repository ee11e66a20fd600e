import type { Usage } from '../../core/usage.ts';

/** English text runs at about four characters a token; good enough to stop at a price, not to bill. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a call whose provider reports none, marked as an estimate. */
export const estimateUsage = (inputTokens: number, outputCharacters: number): Usage => {
  const outputTokens = Math.ceil(outputCharacters / CHARACTERS_PER_TOKEN);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
    audioInputTokens: null,
    source: 'estimated',
  };
};
