import { REASONING_EFFORTS, type ReasoningEffort } from '../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';

/** As clients write them. */
export const toEffortNames = (efforts: readonly ReasoningEffort[]): readonly string[] =>
  efforts.map((effort) => effort.toUpperCase());

export const toEffortSetting = (effort: ReasoningEffort): ReasoningSetting =>
  effort === 'none' ? { type: 'off' } : { type: 'effort', effort };

/** The nearest of the values; of two that are as near, the lesser. undefined: there are none. */
export const findNearestEffort = (
  wanted: ReasoningEffort,
  values: readonly ReasoningEffort[],
): ReasoningEffort | undefined => {
  const rank = (effort: ReasoningEffort): number => REASONING_EFFORTS.indexOf(effort);
  const distance = (effort: ReasoningEffort): number => Math.abs(rank(effort) - rank(wanted));
  return values.toSorted((a, b) => distance(a) - distance(b) || rank(a) - rank(b))[0];
};

/** As `findNearestEffort`, for a request that wants reasoning: `none` is no answer to it. */
export const findNearestReasoning = (
  wanted: ReasoningEffort,
  values: readonly ReasoningEffort[],
): ReasoningEffort | undefined =>
  findNearestEffort(
    wanted,
    values.filter((value) => value !== 'none'),
  );
