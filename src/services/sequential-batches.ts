import { randomUUID } from 'node:crypto';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { Slots } from '../lib/slots.ts';
import { wait } from '../lib/wait.ts';
import type { BatchItemStore } from '../stores/batch-item-store.ts';
import type { BatchJobStore } from '../stores/batch-job-store.ts';
import type { BatchJob, ItemOutcome, PendingItem } from '../stores/batch-job.ts';
import type { BatchConfigs } from './batch-configs.ts';
import { EMPTY_RESULT, toSequentialOutcome } from './batch-outcome.ts';
import { GenerationRun } from './generation-run.ts';
import { estimateInputTokens } from './preview.ts';
import type { ProviderHealthService } from './provider-health.ts';
import type { TurnRunner } from './turn-runner.ts';

export interface SequentialBatchesOptions {
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly configs: BatchConfigs;
  readonly runner: TurnRunner;
  readonly health: ProviderHealthService;
  readonly telemetry: Telemetry;
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

  /** Resolves with null once every item has its result, with 0 when there is more to do for somebody else. */
  async work(job: BatchJob, signals: JobSignals): Promise<0 | null> {
    const { jobs, items, slots } = this.#options;
    const { signal, cancel, drain } = signals;
    const config = this.#options.configs.of(job.record);
    if (job.isCancelRequested) return this.#finish(job, 'cancelled');
    await jobs.change(job.lease, { state: 'running', batchStatus: 'running' });
    const stop = AbortSignal.any([signal, cancel, drain]);
    const failed = new AbortController();
    const quit = AbortSignal.any([stop, failed.signal]);
    const drop = AbortSignal.any([signal, cancel]);
    const underWay = new Set<Promise<void>>();
    try {
      for await (const item of this.#pending(job)) {
        const giveBack = await slots.take(quit);
        const work = this.#answer(job, config, item, { signal, drop, stop })
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
    if (drain.aborted || (await items.countPending(job)) > 0) return 0;
    return this.#finish(job, 'completed');
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

  /** Resolves once the result is stored, or there is to be none. */
  async #answer(
    job: BatchJob,
    config: ModelConfig,
    item: PendingItem,
    {
      signal,
      drop,
      stop,
    }: { readonly signal: AbortSignal; readonly drop: AbortSignal; readonly stop: AbortSignal },
  ): Promise<void> {
    for (;;) {
      const generation = await this.#generate(job, config, item, drop);
      if (signal.aborted) return;
      if (!wasHeldBack(generation)) {
        await this.#store(job, toSequentialOutcome(item.customId, generation), signal);
        return;
      }
      const pauseMs = Math.min(generation.error?.retryAfterMs ?? HELD_BACK_MS, MAX_HELD_BACK_MS);
      try {
        await wait(pauseMs, stop);
      } catch (error) {
        if (!stop.aborted) throw error;
        return;
      }
    }
  }

  async #generate(
    job: BatchJob,
    config: ModelConfig,
    { request }: PendingItem,
    signal: AbortSignal,
  ): Promise<Generation> {
    const { runner, telemetry, health } = this.#options;
    const id = `gen_${randomUUID().replaceAll('-', '')}`;
    const { name } = config;
    const run = new GenerationRun({
      id,
      principalId: job.principalId,
      prepared: {
        resolution: {
          requested: name,
          config,
          steps: [{ from: name, to: name, reason: 'exact' }],
          reasoning: false,
        },
        request,
        warnings: [],
        estimatedInputTokens: estimateInputTokens(request),
        fallbacks: [],
        limits: { maxCostUsd: null, timeoutMs: null },
        onDisconnect: 'continue',
      },
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
      if (generation.status === 'completed') health.recordSuccess(config.provider, generation.firstDeltaMs);
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
