import { assertJobMove, type JobState } from '../../../core/batch-states.ts';
import type { GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { OutputChecker } from '../../output/output-checker.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { BatchOperations } from '../../../core/vendor-batch.ts';
import type { BatchItemStore } from '../../../stores/batches/batch-item-store.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import type { FetchMedia } from '../../media/resolve-media.ts';
import { reportFailure } from '../../report-failure.ts';
import type { BatchTiming } from './batch-timing.ts';

/** What the steps of all vendor batches work with. */
export interface VendorStepTools {
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly outputs: OutputChecker;
  readonly fetchMedia: FetchMedia;
  readonly log: ServiceLog;
  readonly timing: BatchTiming;
}

/** A vendor's batch API for the length of one step. */
export interface Vendor extends VendorStepTools {
  readonly config: ModelConfig;
  readonly operations: BatchOperations;
  readonly signal: AbortSignal;
}

/** What a step can do without the vendor's API. */
export type WithoutVendor = Omit<Vendor, 'operations'>;

/**
 * One step of a job. It may be cut off at any point and be taken again by another node: what was done by then is found, not
 * done twice. Throws what the vendor's calls throw, `LeaseLost` and `StoreUnavailable`.
 */
export type RunStep = (job: BatchJob, vendor: Vendor) => Promise<StepEnd>;

/**
 * - `wait`: the next step is due after a while.
 * - `continue`: it follows at once. `job` is the job as it has just been stored.
 * - `done`: there is none.
 */
export type StepEnd =
  | { readonly type: 'wait'; readonly afterMs: number }
  | { readonly type: 'continue'; readonly job: BatchJob; readonly step: RunStep }
  | { readonly type: 'done' };

export const waitFor = (afterMs: number): StepEnd => ({ type: 'wait', afterMs });

export const continueWith = (step: RunStep, job: BatchJob): StepEnd => ({ type: 'continue', job, step });

export const DONE: StepEnd = { type: 'done' };

/** A job after a move that has just been stored. Throws for a move that its state does not allow. */
export const moved = (job: BatchJob, state: JobState, changes: Partial<BatchJob> = {}): BatchJob => {
  assertJobMove(job.state, state);
  return { ...job, ...changes, state };
};

/** Logs what has failed, and gives what a client may know of it. `customId`: the one request it is about. */
export const reportJobFailure = (
  error: unknown,
  job: BatchJob,
  { config, log }: Pick<Vendor, 'config' | 'log'>,
  customId?: string,
): GenerationError => {
  const { batchId } = job.lease;
  const about = { batchId, key: job.key, state: job.state, model: config.name, provider: config.provider };
  return customId === undefined
    ? reportFailure(error, about, log, 'batch')
    : reportFailure(error, { ...about, customId }, log, 'request of a batch');
};
