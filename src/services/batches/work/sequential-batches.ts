import { randomUUID } from 'node:crypto';
import { EMPTY_RESULT } from '../../../core/batch.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { toExactResolution } from '../../../core/resolution.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { Telemetry } from '../../../core/telemetry.ts';
import type { Slots } from '../../../lib/slots.ts';
import { wait } from '../../../lib/wait.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { BatchItemStore } from '../../../stores/batches/batch-item-store.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob, ItemOutcome, PendingItem } from '../../../stores/batches/batch-job.ts';
import type { BatchConfigs } from './batch-configs.ts';
import { failedResult, toSequentialOutcome } from './batch-outcome.ts';
import { type BatchTiming, waitBeforeLook } from './batch-timing.ts';
import { failingSinceOf, GIVE_UP_MS } from './give-up.ts';
import { reportFailure } from '../../report-failure.ts';
import { GenerationRun } from '../../generations/run/generation-run.ts';
import { prepareGeneration } from '../../checks/preview.ts';
import type { TurnRunner } from '../../generations/run/turn-runner.ts';

export interface SequentialBatchesOptions {
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly configs: BatchConfigs;
  readonly runner: TurnRunner;
  readonly telemetry: Telemetry;
  readonly providers: ProviderFactory;
  readonly log: ServiceLog;
  readonly timing: BatchTiming;
  /** The requests of all sequential batches of this node share these. */
  readonly slots: Slots;
}

/** What whoever works on a job is told meanwhile. */
export interface JobSignals {
  /** The work is to be dropped at once. */
  readonly signal: AbortSignal;
  /** The batch was asked to end. */
  readonly cancel: AbortSignal;
  /** Nothing new is to be begun. */
  readonly drain: AbortSignal;
}

const ITEMS_A_PAGE = 16;

/** Pause before a result is written again to a store that was away, in milliseconds. */
const STORE_RETRY_MS = 500;

/** The pause before a provider that is held back is asked again, if it names none, and at the most. */
const HELD_BACK_MS = 5_000;
const MAX_HELD_BACK_MS = 60_000;

/** Whether it has never been asked: the provider has failed so often of late that nobody asks it now. */
const wasHeldBack = ({ startedAt, error }: Generation): boolean =>
  startedAt === null && error?.code === 'PROVIDER_OVERLOADED';

/**
 * Answers the requests of batches whose provider has no batch API, a few at a time, each as a generation of its own that
 * nobody follows. A result is stored as soon as there is one; what was under way when the server died is asked again.
 */
export class SequentialBatches {
  readonly #options: SequentialBatchesOptions;

  constructor(options: SequentialBatchesOptions) {
    this.#options = options;
  }

  /**
   * Resolves with null once every item has its result; where there is more to do for somebody else, with how long they
   * should wait before it, in milliseconds.
   */
  async work(job: BatchJob, signals: JobSignals): Promise<number | null> {
    const { jobs, items, slots } = this.#options;
    const { signal, cancel, drain } = signals;
    const config = this.#options.configs.of(job.record);
    if (job.isCancelRequested) return this.#finish(job, 'cancelled');
    const obstacle = await this.#findObstacle(config);
    if (obstacle !== undefined) return this.#putOff(job, config, obstacle.error);
    await jobs.change(job.lease, { state: 'running', progress: {}, batchStatus: 'running' });
    const stop = AbortSignal.any([signal, cancel, drain]);
    const failed = new AbortController();
    const heldBack = new AbortController();
    const quit = AbortSignal.any([stop, failed.signal, heldBack.signal]);
    const drop = AbortSignal.any([signal, cancel]);
    let pauseMs = 0;
    const underWay = new Set<Promise<void>>();
    try {
      for await (const item of this.#pending(job)) {
        const giveBack = await slots.take(quit);
        const work = this.#answer(job, config, item, { signal, drop })
          .then((waitMs) => {
            // An answer that came since tells that the provider is asked again.
            pauseMs = waitMs;
            if (waitMs > 0) heldBack.abort();
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
    if (signal.aborted) throw signal.reason;
    if (failed.signal.aborted) throw failed.signal.reason;
    if (cancel.aborted) return this.#finish(job, 'cancelled');
    if (drain.aborted) return 0;
    if ((await items.countPending(job)) > 0) return pauseMs;
    return this.#finish(job, 'completed');
  }

  /** Why nothing can be asked of the provider from here, whatever the request; undefined: it can be asked. */
  async #findObstacle(config: ModelConfig): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#options.providers.getTextProvider(config);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** The operator may mend it, and another node may have what is missing here: no request fails for it, for a while. */
  async #putOff(job: BatchJob, config: ModelConfig, error: unknown): Promise<number | null> {
    const { jobs, items, log, timing } = this.#options;
    const about = { batchId: job.lease.batchId, model: config.name, provider: config.provider };
    const report = reportFailure(error, about, log, 'batch');
    const failingSince = failingSinceOf(job);
    if (job.nowMs - failingSince > GIVE_UP_MS) {
      await items.close(job, 'failed', failedResult(report));
      await jobs.finish(job.lease, { outcome: 'failed', error: report });
      return null;
    }
    const idleLooks = (job.progress.idleLooks ?? 0) + 1;
    await jobs.change(job.lease, { progress: { failingSince, failedAt: job.nowMs, idleLooks } });
    return waitBeforeLook(idleLooks, timing);
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
   * Resolves with 0 once the result is stored, or there is to be none; where the provider is held back, which is nobody's
   * result, with how long it should be left alone.
   */
  async #answer(
    job: BatchJob,
    config: ModelConfig,
    item: PendingItem,
    { signal, drop }: { readonly signal: AbortSignal; readonly drop: AbortSignal },
  ): Promise<number> {
    const generation = await this.#generate(job, config, item, drop);
    if (signal.aborted) return 0;
    if (wasHeldBack(generation))
      return Math.min(generation.error?.retryAfterMs ?? HELD_BACK_MS, MAX_HELD_BACK_MS);
    await this.#store(job, toSequentialOutcome(item.customId, generation), signal);
    return 0;
  }

  async #generate(
    job: BatchJob,
    config: ModelConfig,
    { request }: PendingItem,
    signal: AbortSignal,
  ): Promise<Generation> {
    const { runner, telemetry } = this.#options;
    const id = `gen_${randomUUID().replaceAll('-', '')}`;
    const run = new GenerationRun({
      id,
      principalId: job.principalId,
      prepared: prepareGeneration({ resolution: toExactResolution(config), request }),
      metadata: null,
      createdAt: new Date(),
      telemetry: telemetry.generationStarted(id, config, performance.now()),
    });
    const stop = (): void => run.cancel();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      void runner.run(run);
      const settled = await run.settled;
      // Nobody will answer its tool calls: its turn is the whole of it.
      run.cancel();
      const generation: Generation =
        settled.status === 'requires-action' ? { ...settled, status: 'completed' } : settled;
      run.telemetry.ended(generation);
      return generation;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** A result has been paid for: while the store is away it waits. */
  async #store(job: BatchJob, outcome: ItemOutcome, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#options.items.record(job, [outcome]);
        return;
      } catch (error) {
        const isAway = error instanceof Error && 'code' in error && error.code === 'SERVICE_UNAVAILABLE';
        if (!isAway) throw error;
      }
      await wait(STORE_RETRY_MS, signal);
    }
  }
}
