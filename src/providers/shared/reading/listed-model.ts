import type { ListedModel } from '../../../core/text-provider.ts';
import { toIntCount } from './to-count.ts';

/** A value of a list that is text and not empty. */
export const toListedText = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** A value of a list that is a limit in tokens; 0 is none. */
export const toListedLimit = (value: unknown): number | null => toIntCount(value) || null;

/** Years of more than four digits have no day as it is written here. */
const END_OF_YEARS_MS = Date.parse('9999-12-31');

/** The day of a time as a list has it, YYYY-MM-DD: a text, or seconds since 1970. The epoch itself says that none is known. */
export const toDay = (value: unknown): string | null => {
  const timeMs =
    typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : 0;
  return Number.isFinite(timeMs) && timeMs > 0 && timeMs < END_OF_YEARS_MS
    ? new Date(timeMs).toISOString().slice(0, 10)
    : null;
};

/** A model of which its vendor says no more than its id. */
export const toListedModel = (id: string, said: Partial<ListedModel> = {}): ListedModel => ({
  id,
  displayName: null,
  releaseDate: null,
  contextWindow: null,
  maxInputTokens: null,
  maxOutputTokens: null,
  status: null,
  shutdownDate: null,
  ...said,
});
