import type { ModelConfig } from './model-config.ts';

export const RESOLUTION_REASONS = [
  'exact',
  'alias',
  'api-model',
  'provider-prefix',
  'unknown-allowed',
  'reasoning-counterpart',
  'fallback',
] as const;
export type ResolutionReason = (typeof RESOLUTION_REASONS)[number];

export interface ResolutionStep {
  readonly from: string;
  readonly to: string;
  readonly reason: ResolutionReason;
}

/** How a requested name became a model: every step in order, at least one. */
export interface Resolution {
  /** As the caller wrote it. */
  readonly requested: string;
  readonly config: ModelConfig;
  readonly steps: readonly ResolutionStep[];
  /** Whether the request asks for reasoning and the model reasons. */
  readonly reasoning: boolean;
}

/** Of a model that was asked for by its own name. */
export const toExactResolution = (config: ModelConfig): Resolution => ({
  requested: config.name,
  config,
  steps: [{ from: config.name, to: config.name, reason: 'exact' }],
  reasoning: false,
});

/** How a name became the model that answered in place of the one it stands for. */
export const withFallback = (from: Resolution, to: Resolution): Resolution => ({
  ...to,
  requested: from.requested,
  steps: [
    ...from.steps,
    { from: from.config.name, to: to.config.name, reason: 'fallback' },
    ...to.steps.filter(({ reason }) => reason !== 'exact' && reason !== 'alias'),
  ],
});
