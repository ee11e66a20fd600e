import type { ErrorCode } from '../../../core/errors.ts';
import type { GenerationResult, Warning } from '../../../core/generation.ts';
import { parseJson } from '../../../lib/parse-json.ts';

/** Another model answers than the one that was asked for. */
export const fallbackWarning = (from: string, to: string, because: ErrorCode): Warning => ({
  code: 'FALLBACK_USED',
  message: `The model "${from}" failed (${because}); "${to}" answers instead.`,
  path: ['input', 'fallbackModels'],
  from,
  to,
});

/** Nothing was written, and it is the caller's limit that is too low. */
export const budgetSpentWarning = (maxOutputTokens: number | null): Warning => ({
  code: 'OUTPUT_BUDGET_SPENT_ON_REASONING',
  message:
    'The whole output limit went into reasoning and no text was written. Raise maxOutputTokens or lower the effort.',
  path: ['input', 'maxOutputTokens'],
  from: maxOutputTokens,
  to: null,
});

/** What was to be JSON cannot be read as such. */
export const noJsonWarning = (): Warning => ({
  code: 'PROVIDER_WARNING',
  message: 'JSON was asked for, and the text is none: output is null.',
  path: ['input', 'output'],
  from: null,
  to: null,
});

/** Whether the whole output limit went into reasoning. */
export const isBudgetSpent = ({
  text,
  reasoning,
  finishReason,
  usage,
}: Pick<GenerationResult, 'text' | 'reasoning' | 'finishReason' | 'usage'>): boolean =>
  finishReason === 'length' && text === '' && (reasoning !== null || (usage?.reasoningTokens ?? 0) > 0);

/** What is worth knowing of a complete answer, besides what its provider says. `maxOutputTokens` null: not known any more. */
export const findAnswerWarnings = (
  answer: Pick<GenerationResult, 'text' | 'reasoning' | 'finishReason' | 'usage'>,
  { wantsJson, maxOutputTokens }: { readonly wantsJson: boolean; readonly maxOutputTokens: number | null },
): readonly Warning[] => [
  ...(wantsJson && answer.text !== '' && parseJson(answer.text) === undefined ? [noJsonWarning()] : []),
  ...(isBudgetSpent(answer) ? [budgetSpentWarning(maxOutputTokens)] : []),
];
