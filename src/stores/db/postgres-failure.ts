import type { FailureKind } from './availability.ts';

/** What PostgreSQL answered, as `pg` gives it, has a severity; what has none came of the connection. */
const sqlStateOf = (error: Error): string | null =>
  'severity' in error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** Deadlock, serialization, a lock that was not to be had, a statement that took too long, a transaction that stood still. */
const BUSY_STATES = new Set(['40P01', '40001', '55P03', '57014', '25P03']);

const DISK_FULL = '53100';

/** Data corrupted, index corrupted. */
const DAMAGED_STATES = new Set(['XX001', 'XX002']);

/** Connection, resources, operator intervention (a restart is one), system; and a standby where there was a primary. */
const AWAY_STATES = /^(?:08|53|57|58)|^25006$/;

/** Messages of `pg` and `pg-pool` about a connection, where the error has no code of the operating system. */
const CONNECTION_WORDS = /connection|timeout|not queryable|socket/i;

export const kindOfFailure = (error: unknown): FailureKind => {
  if (!(error instanceof Error)) return 'defect';
  const state = sqlStateOf(error);
  if (state !== null) {
    if (BUSY_STATES.has(state)) return 'busy';
    if (state === DISK_FULL) return 'full';
    if (DAMAGED_STATES.has(state)) return 'damaged';
    return AWAY_STATES.test(state) ? 'away' : 'defect';
  }
  if (error instanceof TypeError) return 'defect';
  return 'syscall' in error || CONNECTION_WORDS.test(error.message) ? 'away' : 'defect';
};

/** The words of `pg` where the client has given a statement up. */
const READ_TIMEOUT = 'Query read timeout';

/** Whether a statement has taken too long, for a lock most likely. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (kindOfFailure(error) === 'busy' || error.message === READ_TIMEOUT);

/** Several addresses that were all refused have their reasons in a list and no message. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((inner) => reasonOf(inner)).join('; ');
  return error instanceof Error ? error.message : String(error);
};
