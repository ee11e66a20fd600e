import { EMPTY_RESULT } from '../../../core/batch.ts';
import {
  type BatchOperations,
  type BatchRequest,
  hasBatchOperations,
  type VendorBatch,
} from '../../../core/vendor-batch.ts';
import { findModelgraphError, isRetryable, ModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { BatchItemStore } from '../../../stores/batches/batch-item-store.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob, ItemOutcome, JobOutcome } from '../../../stores/batches/batch-job.ts';
import type { BatchConfigs } from './batch-configs.ts';
import { batchError, failedResult, toOutcome } from './batch-outcome.ts';
import { type BatchTiming, waitBeforeLook } from './batch-timing.ts';
import { failingSinceOf, GIVE_UP_MS } from './give-up.ts';
import { reportFailure } from '../../report-failure.ts';
import { readPendingRequests } from './pending-requests.ts';
import type { FetchMedia } from '../../media/resolve-media.ts';

export interface VendorBatchesOptions {
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly configs: BatchConfigs;
  readonly providers: ProviderFactory;
  readonly fetchMedia: FetchMedia;
  readonly log: ServiceLog;
  readonly timing: BatchTiming;
}

/** Results are written to the store so many at a time; large ones fewer. */
const RESULTS_A_WRITE = 500;
const CHARACTERS_A_WRITE = 4 * 1024 * 1024;

/** Submissions to a vendor that stores no key of ours begin this far apart: two at a time could be mixed up after a crash. */
const APART_MS = 600_000;

const HOUR_MS = 3_600_000;

/** Results stay longer than that. */
const GIVE_UP_RESULTS_MS = 6 * HOUR_MS;
const GIVE_UP_MISSING_MS = HOUR_MS;
const GIVE_UP_UNKNOWN_MS = HOUR_MS / 6;

/** Whether a vendor, or a check before it was asked, has refused a submission for good: nothing of it exists there. */
const isRefused = (error: unknown): error is ModelgraphError =>
  error instanceof ModelgraphError &&
  !isRetryable(error.code) &&
  error.code !== 'INTERNAL' &&
  error.code !== 'GENERATION_CANCELLED';

/** Whether it was refused for now, and nothing of it exists at the vendor. */
const isPutOff = (error: unknown): boolean => error instanceof ProviderError && error.providerStatus === 429;

/**
 * Takes vendor batches through their lives, one step at a time, each under the lease of its job. Every step may be cut
 * off at any point and be taken again by another node: what was done by then is found, not done twice.
 */
export class VendorBatches {
  readonly #options: VendorBatchesOptions;

  constructor(options: VendorBatchesOptions) {
    this.#options = options;
  }

  /**
   * The next step of a job. Gives how long to wait before the one after it, in milliseconds; null: there is none. Throws
   * only what the store throws, or the signal's reason.
   */
  async step(job: BatchJob, signal: AbortSignal): Promise<number | null> {
    const config = this.#options.configs.of(job.record);
    return this.#guard(job, config, signal, async () => {
      if (job.state === 'waiting' && job.isCancelRequested) return this.#finish(job, 'cancelled');
      const provider = await this.#options.providers.getTextProvider(config);
      if (!hasBatchOperations(provider))
        throw new ModelgraphError('INTERNAL', `The provider of "${config.name}" has no batches any more.`);
      return this.#advance(job, { config, operations: provider.batches, signal });
    });
  }

  /** A failure of the vendor puts the step off; what the store says of the lease or of itself is thrown. */
  async #guard(
    job: BatchJob,
    config: ModelConfig,
    signal: AbortSignal,
    work: () => Promise<number | null>,
  ): Promise<number | null> {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Error && error.name === 'LeaseLost') throw error;
      if (findModelgraphError(error)?.code === 'SERVICE_UNAVAILABLE') throw error;
      return this.#putOff(job, config, error);
    }
  }

  #advance(job: BatchJob, vendor: Vendor): Promise<number | null> {
    switch (job.state) {
      case 'waiting':
        return this.#submit(job, vendor);
      case 'submitting':
        return this.#recover(job, vendor);
      case 'running':
      case 'cancelling':
        return this.#look(job, vendor);
      case 'ended':
        return this.#collect(job, vendor);
      case 'done':
        return Promise.resolve(null);
    }
  }

  /** The intention is stored before the vendor is called, and its id as soon as it is known. */
  async #submit(job: BatchJob, vendor: Vendor): Promise<number | null> {
    const { jobs, timing } = this.#options;
    const { operations, config, signal } = vendor;
    const since = await jobs.beginSubmission(job.lease, operations.storesKey ? 0 : APART_MS);
    if (since === undefined) return timing.firstPollMs;
    const begun: BatchJob = { ...job, state: 'submitting', submittingSince: since };
    return this.#guard(begun, config, signal, () => this.#handOver(begun, vendor));
  }

  async #handOver(job: BatchJob, vendor: Vendor): Promise<number | null> {
    const { jobs, timing } = this.#options;
    const { operations, config, signal } = vendor;
    const requests = this.#requests(job, vendor);
    const first = await requests.next();
    // Each has its result already, or has failed just now: there is nothing to ask the vendor for.
    if (first.done === true) return this.#finish(job, 'completed');
    let batch: VendorBatch;
    try {
      batch = await operations.submit(startWith(first.value, requests), {
        key: job.key,
        signal,
        // A process that stood still while it uploaded may find that another has submitted meanwhile.
        beforeCreate: () => jobs.hold(job.lease, timing.leaseMs),
      });
    } catch (error) {
      if (isRefused(error)) return this.#fail(job, this.#report(job, config, error));
      if (!isPutOff(error)) throw error;
      await jobs.change(job.lease, { state: 'waiting' });
      return this.#putOff({ ...job, state: 'waiting' }, config, error);
    }
    await this.#noteSubmitted(job, batch);
    return waitBeforeLook(0, timing, batch.retryAfterMs);
  }

  /**
   * A submission that was cut off may have arrived. It is made again only where the vendor has been seen twice, some time
   * apart, not to have it.
   */
  async #recover(job: BatchJob, vendor: Vendor): Promise<number | null> {
    const { jobs, items, log, timing } = this.#options;
    const { operations, config, signal } = vendor;
    const { lease } = job;
    const { absentSince, failingSince: _since, failedAt: _at, ...progress } = job.progress;
    const expected = {
      since: new Date(job.submittingSince ?? job.nowMs),
      total: await items.countPending(job),
      takenIds: await jobs.takenIds(job),
      hasCustomId: (customId: string) => items.has(job, customId),
    };
    const found = await operations.find(job.key, expected, { signal });
    const fields = { batchId: lease.batchId, key: job.key };
    if (found !== undefined) {
      log.info({ ...fields, providerBatchId: found.id }, 'an interrupted submission of a batch had arrived');
      await this.#noteSubmitted(job, found);
      return 0;
    }
    const settleMs = operations.storesKey ? timing.settleMs : timing.keylessSettleMs;
    const leftMs = absentSince === undefined ? settleMs : absentSince + settleMs - job.nowMs;
    if (leftMs > 0) {
      await jobs.change(lease, { progress: { ...progress, absentSince: absentSince ?? job.nowMs } });
      return leftMs;
    }
    if (job.isCancelRequested) return this.#finish(job, 'cancelled');
    // However long ago a server was stopped in the middle of it: it is tried a second time at least.
    if (progress.isAgain === true && job.nowMs - expected.since.getTime() > GIVE_UP_MS)
      return this.#fail(
        job,
        batchError('PROVIDER_FAILED', 'The provider did not take the batch.', config.provider),
      );
    log.warn(fields, 'an interrupted submission of a batch had not arrived; it is made again');
    const again: BatchJob = { ...job, progress: { ...progress, isAgain: true } };
    await jobs.change(lease, { progress: again.progress });
    return this.#guard(again, config, signal, () => this.#handOver(again, vendor));
  }

  async #look(job: BatchJob, vendor: Vendor): Promise<number | null> {
    const { jobs, timing } = this.#options;
    const { operations, config, signal } = vendor;
    const id = job.providerBatchId;
    if (id === null) throw new TypeError('a batch that was submitted has no id of its vendor');
    const isCancelNew = job.isCancelRequested && job.state !== 'cancelling';
    const batch = await (isCancelNew ? operations.cancel(id, { signal }) : operations.poll(id, { signal }));
    if (batch.state === 'ended') {
      const { outcome, error } = batch;
      const progress = { outcome: outcome ?? 'completed', ...(error !== null && { error }) };
      await jobs.change(job.lease, { state: 'ended', progress, batchStatus: 'running', told: batch.counts });
      const ended: BatchJob = { ...job, state: 'ended', progress };
      return this.#guard(ended, config, signal, () => this.#collect(ended, vendor));
    }
    const seen = JSON.stringify([batch.state, batch.counts]);
    const idleLooks = seen === job.progress.seen ? (job.progress.idleLooks ?? 0) + 1 : 0;
    await jobs.change(job.lease, {
      state: job.isCancelRequested ? 'cancelling' : 'running',
      progress: { seen, idleLooks },
      batchStatus: 'running',
      vendorExpiresAt: batch.expiresAt,
      told: batch.counts,
    });
    return waitBeforeLook(idleLooks, timing, batch.retryAfterMs);
  }

  /** Reads the results of a batch that has ended. Those that are stored already say nothing when they come again. */
  async #collect(job: BatchJob, { config, operations, signal }: Vendor): Promise<null> {
    const { items, log } = this.#options;
    const { outcome = 'completed', error } = job.progress;
    if (outcome === 'failed') {
      const reason =
        error ?? batchError('PROVIDER_FAILED', 'The provider failed to run the batch.', config.provider);
      const { providerBatchId, lease } = job;
      const fields = {
        batchId: lease.batchId,
        providerBatchId,
        model: config.name,
        provider: config.provider,
      };
      log.warn({ ...fields, code: reason.code }, 'a batch failed at its vendor');
      return this.#fail(job, reason);
    }
    let came = 0;
    let taken = 0;
    let size = 0;
    let outcomes: ItemOutcome[] = [];
    const store = async (): Promise<void> => {
      if (outcomes.length > 0) taken += await items.record(job, outcomes);
      outcomes = [];
      size = 0;
    };
    try {
      for await (const result of operations.results(job.providerBatchId ?? '', { signal })) {
        came += 1;
        outcomes.push(toOutcome(result, config));
        if (result.status === 'succeeded') size += result.result.text.length;
        if (outcomes.length === RESULTS_A_WRITE || size > CHARACTERS_A_WRITE) await store();
      }
    } finally {
      if (!signal.aborted) await store();
    }
    const ignored = came - taken;
    if (ignored > 0)
      log.warn(
        { batchId: job.lease.batchId, providerBatchId: job.providerBatchId, ignored },
        'results of a batch were ignored: they are of no request of it, or were stored before',
      );
    return this.#finish(job, outcome);
  }

  /** Ends a job. Items without a result get the error, or what follows from how it ended. */
  async #finish(job: BatchJob, outcome: JobOutcome, error?: GenerationError): Promise<null> {
    const { jobs, items } = this.#options;
    if (error === undefined && (outcome === 'cancelled' || outcome === 'expired'))
      await items.close(job, outcome, EMPTY_RESULT);
    else await items.close(job, 'failed', failedResult(error ?? this.#noResult(job)));
    await jobs.finish(job.lease, { outcome, ...(error !== undefined && { error }) });
    return null;
  }

  #fail(job: BatchJob, error: GenerationError): Promise<null> {
    return this.#finish(job, 'failed', error);
  }

  #noResult(job: BatchJob): GenerationError {
    return batchError('PROVIDER_FAILED', 'No result was returned.', job.record.config.provider);
  }

  #noteSubmitted(job: BatchJob, { id, expiresAt }: VendorBatch): Promise<void> {
    return this.#options.jobs.change(job.lease, {
      state: 'running',
      providerBatchId: id,
      progress: {},
      batchStatus: 'submitted',
      vendorExpiresAt: expiresAt,
    });
  }

  /** A call has failed. It is made again later, for so long; what that leaves in doubt is said in the end, not guessed. */
  async #putOff(job: BatchJob, config: ModelConfig, error: unknown): Promise<number | null> {
    const { jobs, timing } = this.#options;
    const report = this.#report(job, config, error);
    const { progress } = job;
    const failingSince = failingSinceOf(job);
    if (job.nowMs - failingSince > giveUpAfterMs(job, error)) {
      if (job.state === 'ended')
        return this.#finish(
          job,
          progress.outcome ?? 'completed',
          isMissing(error) ? this.#noResult(job) : report,
        );
      if (job.state === 'submitting')
        return this.#fail(
          job,
          batchError(
            'PROVIDER_FAILED',
            'It could not be found out whether the provider took the batch. It was not submitted again, so that it is not charged twice.',
            config.provider,
          ),
        );
      return this.#fail(job, report);
    }
    const idleLooks = (progress.idleLooks ?? 0) + 1;
    await jobs.change(job.lease, { progress: { ...progress, failingSince, failedAt: job.nowMs, idleLooks } });
    return waitBeforeLook(idleLooks, timing, report.retryAfterMs);
  }

  #report(job: BatchJob, config: ModelConfig, error: unknown, customId?: string): GenerationError {
    const { batchId } = job.lease;
    const about = { batchId, key: job.key, state: job.state, model: config.name, provider: config.provider };
    return customId === undefined
      ? reportFailure(error, about, this.#options.log, 'batch')
      : reportFailure(error, { ...about, customId }, this.#options.log, 'request of a batch');
  }

  #requests(job: BatchJob, vendor: Vendor): AsyncGenerator<BatchRequest, void, undefined> {
    const { items, fetchMedia } = this.#options;
    const report = (error: unknown, customId: string): GenerationError =>
      this.#report(job, vendor.config, error, customId);
    return readPendingRequests(job, { ...vendor, items, fetchMedia, report });
  }
}

async function* startWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

/** A vendor's batch API for the length of one step. */
interface Vendor {
  readonly config: ModelConfig;
  readonly operations: BatchOperations;
  readonly signal: AbortSignal;
}

/** Whether there were fewer results than the vendor counts. */
const isMissing = (error: unknown): boolean => findModelgraphError(error)?.code === 'STREAM_TRUNCATED';

const giveUpAfterMs = ({ state }: BatchJob, error: unknown): number => {
  if (state === 'ended') return isMissing(error) ? GIVE_UP_MISSING_MS : GIVE_UP_RESULTS_MS;
  const isUnknown = error instanceof ProviderError && error.providerStatus === 404;
  return isUnknown && state !== 'waiting' && state !== 'submitting' ? GIVE_UP_UNKNOWN_MS : GIVE_UP_MS;
};
