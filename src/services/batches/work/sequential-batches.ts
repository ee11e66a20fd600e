import { EMPTY_RESULT } from '../../../core/batch.ts';
import { assertJobMove } from '../../../core/batch-states.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { isStoreUnavailable } from '../../../core/store-errors.ts';
import type { Slots } from '../../../lib/slots.ts';
import { wait } from '../../../lib/wait.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { BatchItemStore } from '../../../stores/batches/batch-item-store.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob, ItemOutcome, PendingItem } from '../../../stores/batches/batch-job.ts';
import type { BatchConfigs } from './batch-configs.ts';
import { failedResult, toSequentialOutcome } from './batch-outcome.ts';
import { type BatchTiming, toPollDelayMs } from './batch-timing.ts';
import { circuitOpenMs, type ItemGenerator } from './generate-item.ts';
import { failingSinceOf, GIVE_UP_MS } from './give-up.ts';
import { reportFailure } from '../../report-failure.ts';

export interface SequentialBatchesOptions {
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly configs: BatchConfigs;
  readonly generator: ItemGenerator;
  readonly providers: ProviderFactory;
  readonly log: ServiceLog;
  readonly timing: BatchTiming;
  /** The requests of all sequential batches of this node share these. */
  readonly slots: Slots;
}

/** What interrupts the work on a job. */
export interface JobSignals {
  /** The work is abandoned at once. */
  readonly abandon: AbortSignal;
  /** The batch was asked to end. */
  readonly cancel: AbortSignal;
  /** Nothing new is begun; what is under way ends first. */
  readonly yield: AbortSignal;
}

const ITEMS_A_PAGE = 16;

/** Pause before a result is written again to a store that was away, in milliseconds. */
const STORE_RETRY_MS = 500;

/**
 * Answers the requests of batches whose provider has no batch API, a few at a time, each as a generation of its own without
 * subscribers. A result is stored as soon as there is one; what was under way when the server died is asked again.
 */
export class SequentialBatches {
  readonly #options: SequentialBatchesOptions;

  constructor(options: SequentialBatchesOptions) {
    this.#options = options;
  }

  /**
   * Resolves with null once every item has its result; where something is left, with the delay before the job is due again,
   * in milliseconds.
   */
  async work(job: BatchJob, signals: JobSignals): Promise<number | null> {
    const { jobs, items } = this.#options;
    const { abandon, cancel } = signals;
    const config = this.#options.configs.of(job.record);
    if (job.isCancelRequested) return this.#finish(job, 'cancelled');
    const obstacle = await this.#findObstacle(config);
    if (obstacle !== undefined) return this.#backOff(job, config, obstacle.error);
    assertJobMove(job.state, 'running');
    await jobs.change(job.lease, { state: 'running', progress: {}, batchStatus: 'running' });
    const pauseMs = await this.#answerAll({ ...job, state: 'running' }, config, signals);
    if (abandon.aborted) throw abandon.reason;
    if (cancel.aborted) return this.#finish(job, 'cancelled');
    if (signals.yield.aborted) return 0;
    if ((await items.countPending(job)) > 0) return pauseMs;
    return this.#finish(job, 'completed');
  }

  /**
   * Answers the pending items until none is left, a signal is aborted or the provider's circuit is open. Gives for how long
   * it is open, in milliseconds; 0: it is not. Throws what the store throws.
   */
  async #answerAll(job: BatchJob, config: ModelConfig, signals: JobSignals): Promise<number> {
    const { abandon, cancel } = signals;
    const failed = new AbortController();
    const circuitOpen = new AbortController();
    const quit = AbortSignal.any([abandon, cancel, signals.yield, failed.signal, circuitOpen.signal]);
    const stop = AbortSignal.any([abandon, cancel]);
    const underWay = new Set<Promise<void>>();
    let pauseMs = 0;
    try {
      for await (const item of this.#pending(job)) {
        const giveBack = await this.#options.slots.take(quit);
        const work = this.#answer(job, config, item, { abandon, stop })
          .then((openMs) => {
            // An answer that came since tells that the provider is called again.
            pauseMs = openMs;
            if (openMs > 0) circuitOpen.abort();
          })
          .catch((error: unknown) => failed.abort(error))
          .finally(() => {
            giveBack();
            underWay.delete(work);
          });
        underWay.add(work);
      }
    } catch (error) {
      if (!quit.aborted) throw error;
    } finally {
      await Promise.all(underWay);
    }
    if (failed.signal.aborted && !abandon.aborted) throw failed.signal.reason;
    return pauseMs;
  }

  /** Why the provider cannot be called from here, whatever the request; undefined: it can be. */
  async #findObstacle(config: ModelConfig): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#options.providers.getTextProvider(config);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** The operator may mend it, and another node may have what is missing here: no request fails for it, for a while. */
  async #backOff(job: BatchJob, config: ModelConfig, error: unknown): Promise<number | null> {
    const { jobs, items, log, timing } = this.#options;
    const about = { batchId: job.lease.batchId, model: config.name, provider: config.provider };
    const report = reportFailure(error, about, log, 'batch');
    const failingSince = failingSinceOf(job);
    if (job.nowMs - failingSince > GIVE_UP_MS) {
      await items.close(job, 'failed', failedResult(report));
      await jobs.finish(job.lease, { outcome: 'failed', error: report });
      return null;
    }
    const unchangedPolls = (job.progress.unchangedPolls ?? 0) + 1;
    await jobs.change(job.lease, { progress: { failingSince, failedAt: job.nowMs, unchangedPolls } });
    return toPollDelayMs(unchangedPolls, timing);
  }

  async #finish(job: BatchJob, outcome: 'completed' | 'cancelled'): Promise<null> {
    const { jobs, items } = this.#options;
    if (outcome === 'cancelled') await items.close(job, 'cancelled', EMPTY_RESULT);
    await jobs.finish(job.lease, { outcome });
    return null;
  }

  async *#pending(job: BatchJob): AsyncGenerator<PendingItem> {
    let from = job.firstIndex;
    for (;;) {
      const page = await this.#options.items.pending(job, from, ITEMS_A_PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < ITEMS_A_PAGE) return;
      from = last.index + 1;
    }
  }

  /**
   * Resolves with 0 once the result is stored, or there is to be none; where the provider's circuit is open, which is no
   * result of the item, with the time until it is to be tried again.
   */
  async #answer(
    job: BatchJob,
    config: ModelConfig,
    item: PendingItem,
    { abandon, stop }: { readonly abandon: AbortSignal; readonly stop: AbortSignal },
  ): Promise<number> {
    const { generation, billed } = await this.#options.generator.generate(item, {
      job,
      config,
      signal: stop,
    });
    if (abandon.aborted) return 0;
    const openMs = circuitOpenMs(generation);
    if (openMs !== null) return openMs;
    await this.#store(job, toSequentialOutcome(item, generation, billed), abandon);
    return 0;
  }

  /** A result has been paid for: while the store is away it waits. */
  async #store(job: BatchJob, outcome: ItemOutcome, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#options.items.record(job, [outcome]);
        return;
      } catch (error) {
        if (!isStoreUnavailable(error)) throw error;
      }
      await wait(STORE_RETRY_MS, signal);
    }
  }
}
