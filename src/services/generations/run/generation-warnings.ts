import type { ErrorCode } from '../../../core/errors.ts';
import type { FinishReason, Warning } from '../../../core/generation.ts';
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
const budgetSpentWarning = (maxOutputTokens: number | null): Warning => ({
  code: 'OUTPUT_BUDGET_SPENT_ON_REASONING',
  message:
    'The whole output limit went into reasoning and no text was written. Raise maxOutputTokens or lower the effort.',
  path: ['input', 'maxOutputTokens'],
  from: maxOutputTokens,
  to: null,
});

/** What was to be JSON cannot be read as such. */
const noJsonWarning = (): Warning => ({
  code: 'PROVIDER_WARNING',
  message: 'JSON was asked for, and the text is none: output is null.',
  path: ['input', 'output'],
  from: null,
  to: null,
});

/** What of a complete answer, and of its request, decides what is worth knowing besides what its provider says. */
export interface JudgedAnswer {
  readonly finishReason: FinishReason;
  /** Whether no text was written at all. */
  readonly isEmpty: boolean;
  readonly hasReasoned: boolean;
  /** The text that was to be JSON; null: none was asked for. */
  readonly jsonText: string | null;
  /** null: not known any more. */
  readonly maxOutputTokens: number | null;
}

/** The warnings of a complete answer, of a single generation and of a request of a batch alike. */
export const findAnswerWarnings = (answer: JudgedAnswer): readonly Warning[] => {
  const { finishReason, isEmpty, hasReasoned, jsonText, maxOutputTokens } = answer;
  const isJson = jsonText === null || jsonText === '' || parseJson(jsonText) !== undefined;
  return [
    ...(isJson ? [] : [noJsonWarning()]),
    ...(finishReason === 'length' && isEmpty && hasReasoned ? [budgetSpentWarning(maxOutputTokens)] : []),
  ];
};
