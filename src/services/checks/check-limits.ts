import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { costOf } from '../pricing/cost.ts';
import { estimateUsage } from '../pricing/estimate-usage.ts';
import type { Findings } from './findings.ts';

/** What ends a generation before its own end. null: nothing of that kind. */
export interface GenerationLimits {
  readonly maxCostUsd: number | null;
  readonly timeoutMs: number | null;
}

export const NO_LIMITS: GenerationLimits = { maxCostUsd: null, timeoutMs: null };

interface Subject {
  readonly config: ModelConfig;
  readonly estimatedInputTokens: number;
  /** The longest time that may be asked for. */
  readonly timeoutMs: number;
}

const checkCost = (
  maxCostUsd: number | null,
  { config, estimatedInputTokens }: Subject,
  findings: Findings,
): number | null => {
  const path = ['input', 'maxCostUsd'];
  if (maxCostUsd === null) return null;
  if (maxCostUsd <= 0) {
    findings.reject('INVALID_REQUEST', path, `maxCostUsd must be more than 0, not ${maxCostUsd}.`);
    return null;
  }
  if (config.origin === 'unknown') {
    findings.reject(
      'UNSUPPORTED_CAPABILITY',
      path,
      `The catalogue does not know the model "${config.name}", so that its cost is unknown and cannot be limited.`,
      { suggestion: 'Leave maxCostUsd out, or choose a model of the catalogue with a price: Model.pricing.' },
    );
    return null;
  }
  if (config.pricing === null) {
    findings.unsupported(
      {
        path,
        from: maxCostUsd,
        message: `No price of the model "${config.name}" is known, so its cost cannot be limited.`,
        allowed: [],
        suggestion: 'Leave maxCostUsd out, or choose a model with a price: Model.pricing.',
      },
      { code: 'PARAMETER_DROPPED', to: null },
    );
    return null;
  }
  const input = costOf(estimateUsage(estimatedInputTokens, 0), config.pricing);
  if (input !== null && input.total > maxCostUsd)
    findings.reject(
      'BUDGET_EXCEEDED',
      path,
      `The input alone costs about ${input.total.toPrecision(2)} US dollars, more than ${maxCostUsd}.`,
      { suggestion: 'Raise maxCostUsd, shorten the input, or choose a cheaper model.' },
    );
  return maxCostUsd;
};

const checkTimeout = (timeoutMs: number | null, mostMs: number, findings: Findings): number | null => {
  if (timeoutMs === null || (timeoutMs >= 1 && timeoutMs <= mostMs)) return timeoutMs;
  findings.reject(
    'INVALID_REQUEST',
    ['input', 'timeoutMs'],
    `timeoutMs must be from 1 to ${mostMs}, not ${timeoutMs}.`,
    { allowed: [`1 to ${mostMs}`] },
  );
  return null;
};

/** What the caller sets as the most the generation may cost and take. */
export const checkLimits = (
  { maxCostUsd, timeoutMs }: Pick<GenerateInput, 'maxCostUsd' | 'timeoutMs'>,
  subject: Subject,
  findings: Findings,
): GenerationLimits => ({
  maxCostUsd: checkCost(maxCostUsd, subject, findings),
  timeoutMs: checkTimeout(timeoutMs, subject.timeoutMs, findings),
});
