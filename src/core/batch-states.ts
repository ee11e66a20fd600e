import { BATCH_STATUSES, type BatchStatus } from './batch.ts';

/**
 * The states of a batch and of its jobs, the moves between them, and what may be done in each. A job is one part of a
 * batch: what goes to a vendor as one batch, or what is answered request by request. `docs/architecture.md` shows both
 * tables.
 */

/** The calls of a vendor's batch API. */
export type VendorCall = 'submit' | 'find' | 'poll' | 'cancel' | 'results';

export const JOB_STATES = ['waiting', 'submitting', 'running', 'cancelling', 'ended', 'done'] as const;
/**
 * - `waiting`: nothing has been submitted, as far as is known for certain.
 * - `submitting`: a submission has begun. Until the vendor's id is stored, the vendor may or may not have the batch.
 * - `running`: the vendor has it; a sequential job is worked on.
 * - `cancelling`: the vendor has been asked to cancel it.
 * - `ended`: the vendor has finished; its results are being read.
 * - `done`: every item has its result. Nothing changes any more.
 */
export type JobState = (typeof JOB_STATES)[number];

interface JobRule {
  readonly moves: readonly JobState[];
  /** The calls to the vendor that a step may make in this state. */
  readonly calls: readonly VendorCall[];
}

export const JOB_RULES: Readonly<Record<JobState, JobRule>> = {
  // To `running` go sequential jobs, to `done` those that are cancelled or given up before anything was submitted.
  waiting: { moves: ['submitting', 'running', 'done'], calls: [] },
  // Back to `waiting` where the vendor has refused the submission for now, so that nothing of it exists there.
  submitting: { moves: ['waiting', 'running', 'done'], calls: ['submit', 'find'] },
  running: { moves: ['cancelling', 'ended', 'done'], calls: ['poll', 'cancel'] },
  cancelling: { moves: ['ended', 'done'], calls: ['poll'] },
  ended: { moves: ['done'], calls: ['results'] },
  done: { moves: [], calls: [] },
};

/** The moves of a batch. A cancellation that was asked for stands, whatever its jobs come to. */
export const BATCH_MOVES: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  queued: ['submitted', 'running', 'cancelling', 'completed', 'failed'],
  submitted: ['running', 'cancelling', 'completed', 'failed'],
  running: ['cancelling', 'completed', 'cancelled', 'failed', 'expired'],
  cancelling: ['cancelled'],
  completed: [],
  cancelled: [],
  failed: [],
  expired: [],
};

/** Throws for a move that is not in the table, which is a defect of this server. Staying in a state is no move. */
export const assertJobMove = (from: JobState, to: JobState): void => {
  if (from !== to && !JOB_RULES[from].moves.includes(to))
    throw new TypeError(`a job of a batch cannot go from "${from}" to "${to}"`);
};

/** Throws for a call that a job's state does not allow, which is a defect of this server. */
export const assertVendorCall = (state: JobState, call: VendorCall): void => {
  if (!JOB_RULES[state].calls.includes(call))
    throw new TypeError(`a job of a batch that is "${state}" must not call "${call}" of its vendor`);
};

/** The statuses from which a batch may move to this one. */
export const statusesBefore = (status: BatchStatus): readonly BatchStatus[] =>
  BATCH_STATUSES.filter((before) => BATCH_MOVES[before].includes(status));

/** Whether nothing of a batch changes any more. */
export const isTerminalBatch = (status: BatchStatus): boolean => BATCH_MOVES[status].length === 0;
