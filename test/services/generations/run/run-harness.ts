import type { Usage } from '../../../../src/core/usage.ts';
import type { ModelDefinition } from '../../../../src/core/model-config.ts';
import type { Warning } from '../../../../src/core/generation.ts';
import { TEXT_OUTPUT } from '../../../../src/core/output.ts';
import { GenerationRun } from '../../../../src/services/generations/run/generation-run.ts';
import { requestOf } from '../../../providers/text/demo/demo-harness.ts';
import { toyModels } from '../../../support/app/toy-provider.ts';

export const usageOf = (inputTokens: number, outputTokens: number, changes: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
  ...changes,
});

/** A generation of a toy model that has been accepted and not been started. */
export const createRun = (
  options: {
    readonly id?: string;
    readonly warnings?: readonly Warning[];
    readonly model?: Partial<ModelDefinition>;
  } = {},
): GenerationRun => {
  const [config] = toyModels({ toy: options.model ?? {} });
  if (config === undefined) throw new Error('a toy model was expected');
  return new GenerationRun({
    id: options.id ?? 'gen_1',
    principalId: 'somebody',
    prepared: {
      resolution: {
        requested: 'toy',
        config,
        steps: [{ from: 'toy', to: 'toy', reason: 'exact' }],
        reasoning: false,
      },
      request: requestOf('Hi', { maxOutputTokens: 500 }),
      warnings: options.warnings ?? [],
      fallbacks: [],
      limits: { maxCostUsd: null, timeoutMs: null },
      outputRules: TEXT_OUTPUT,
      onDisconnect: 'cancel',
    },
    metadata: { ticket: 7 },
    createdAt: new Date('2026-11-22T10:00:00Z'),
  });
};
