import type { ModelConfig } from '../core/model-config.ts';
import type { Usage } from '../core/usage.ts';

export const MODEL = ['model', 'provider'] as const;

/** The label of every model that is in no catalogue: clients choose their ids, and labels have to be few. */
export const OTHER = 'other';

export const labelsOf = ({
  name,
  provider,
  origin,
}: ModelConfig): { readonly model: string; readonly provider: string } => ({
  model: origin === 'unknown' ? OTHER : name,
  provider,
});

export const tokensOf = (usage: Usage): readonly (readonly [kind: string, tokens: number | null])[] => [
  ['input', usage.inputTokens],
  ['output', usage.outputTokens],
  ['cache_read', usage.cacheReadTokens],
  ['cache_write', usage.cacheWriteTokens],
  ['reasoning', usage.reasoningTokens],
  ['audio_input', usage.audioInputTokens],
];
