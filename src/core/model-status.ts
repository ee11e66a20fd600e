import type { ModelStatus } from './model-config.ts';

/**
 * The status on a UTC day, YYYY-MM-DD: a deprecated model is retired from the day after its shutdown date on. Vendors name
 * no hour, so on the day itself it may still answer. Pure.
 */
export const statusOn = (status: ModelStatus, day: string): ModelStatus =>
  status.type === 'deprecated' && status.shutdownDate !== null && day > status.shutdownDate
    ? { ...status, type: 'retired' }
    : status;

/** The name of the model to move to; null where the model stays, or none is known. */
export const replacementOf = (status: ModelStatus): string | null =>
  'replacement' in status ? status.replacement : null;

/** The day its vendor stops answering for it, YYYY-MM-DD; null where the model stays, or no day is known. */
export const shutdownDateOf = (status: ModelStatus): string | null =>
  'shutdownDate' in status ? status.shutdownDate : null;

/** What becomes or has become of a model, in the tense of the day; undefined for one that stays. Ends with a full stop. */
export const findEndOf = (name: string, given: ModelStatus, day: string): string | undefined => {
  const status = statusOn(given, day);
  if (!('replacement' in status)) return undefined;
  const { shutdownDate, replacement } = status;
  const advice = replacement === null ? '' : ` Use "${replacement}" instead.`;
  if (status.type === 'retired') {
    const since = shutdownDate === null ? '' : ` on ${shutdownDate}`;
    return `The model "${name}" was shut down by its provider${since}.${advice}`;
  }
  const until =
    shutdownDate === null
      ? ''
      : shutdownDate === day
        ? ` and is shut down today, ${shutdownDate}`
        : ` and is shut down on ${shutdownDate}`;
  return `The model "${name}" is deprecated${until}.${advice}`;
};
