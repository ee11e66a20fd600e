import type { Generation } from '../../core/generation.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import type { GenerationGuards } from '../generation-guards.ts';
import { startInBackground } from '../catch-defects.ts';
import type { GenerationPermit } from '../principals/limits/generation-permit.ts';
import { createDefectReport } from '../report-failure.ts';
import type { GenerationCache } from './generation-cache.ts';
import type { StoredGenerations } from './nodes/stored-generations.ts';
import type { WriteBehind } from './nodes/write-behind.ts';
import { settlePermit } from './permits.ts';
import type { GenerationRun } from './run/generation-run.ts';
import type { TurnRunner } from './run/turn-runner.ts';
import { type Subscriber, Subscribers } from './subscribers.ts';

export interface LiveGenerationsOptions {
  readonly store: GenerationStore;
  readonly cache: GenerationCache;
  readonly writeBehind: WriteBehind;
  readonly stored: StoredGenerations;
  readonly runner: TurnRunner;
  readonly guards: GenerationGuards;
  readonly log: ServiceLog;
  /** How long a generation runs on without subscribers, in milliseconds. */
  readonly disconnectGraceMs: number;
}

/** How long the other nodes are not asked again whether a generation has subscribers there, at least. */
const ASK_AGAIN_MS = 1_000;

/** Takes runs of this node from their launch to their end, and cancels those that every subscriber has left. */
export class LiveGenerations {
  readonly #options: LiveGenerationsOptions;
  readonly #subscribers = new Map<string, Subscribers>();

  constructor(options: LiveGenerationsOptions) {
    this.#options = options;
  }

  /** Has its provider called. `created`: its row is stored already. `permit`: what counts it until it ends. */
  launch(run: GenerationRun, created: boolean, permit: GenerationPermit | null = null): void {
    const { cache, writeBehind, runner, log, disconnectGraceMs } = this.#options;
    this.#subscribers.set(run.id, new Subscribers(disconnectGraceMs, () => this.#noteAbandoned(run)));
    cache.add(run);
    writeBehind.add(run, created);
    run.whenEnded((generation) => {
      startInBackground(run, log, async () => {
        if (permit !== null) settlePermit(permit, generation);
        await this.#finish(run, generation);
      });
    });
    startInBackground(run, log, () => runner.run(run));
  }

  /** A subscriber that keeps a live generation from being cancelled until it leaves. */
  subscribe(id: string): Subscriber | undefined {
    return this.#subscribers.get(id)?.add();
  }

  /** A subscriber on another node wants no more of it: without others it is cancelled at once. */
  abandon(id: string): void {
    this.#subscribers.get(id)?.abandon();
  }

  /** Generations whose node has died were ended by this one: their ends are recorded here. */
  async recordInterrupted(ids: readonly string[]): Promise<void> {
    const { guards, store, log } = this.#options;
    if (!guards.recordsEnds || ids.length === 0) return;
    for (const found of await store.findMany(ids)) {
      if (found instanceof Error) log.error({ err: found }, 'the end of a generation cannot be recorded');
      else if (found !== undefined) guards.record({ source: 'generation', generation: found.generation });
    }
  }

  #noteAbandoned(run: GenerationRun): void {
    const subscribers = this.#subscribers.get(run.id);
    if (subscribers === undefined) return;
    const reportDefect = createDefectReport(this.#options.log, { generationId: run.id });
    this.#cancelAbandoned(run, subscribers).catch(reportDefect);
  }

  /** Its last subscriber here is gone; it may have others on other nodes. */
  async #cancelAbandoned(run: GenerationRun, subscribers: Subscribers): Promise<void> {
    if (run.ended || run.prepared.onDisconnect === 'continue') return;
    this.#options.log.debug({ generationId: run.id }, 'a generation has no subscriber here any more');
    const isFollowed = await this.#options.stored.isFollowed(run.id);
    if (!subscribers.areGone) return;
    if (isFollowed) subscribers.startGrace(ASK_AGAIN_MS);
    else run.cancel();
  }

  async #finish(run: GenerationRun, generation: Generation): Promise<void> {
    const { cache, writeBehind, guards } = this.#options;
    this.#subscribers.get(run.id)?.close();
    this.#subscribers.delete(run.id);
    const written = writeBehind.finish(generation);
    if (run.isErased) cache.remove(run.id);
    const released = run.isErased ? written : cache.finish(generation, run.eventLog, written);
    run.telemetry.ended(generation);
    if (guards.recordsEnds && !run.endedElsewhere && !run.isErased)
      guards.record({ source: 'generation', generation });
    this.#logEnd(run, generation);
    await released;
    // What the store has is another node's end of it.
    if (run.endedElsewhere) cache.remove(run.id);
  }

  #logEnd(run: GenerationRun, generation: Generation): void {
    const { status, error, usage, cost, firstDeltaMs, finishReason, principalId } = generation;
    this.#options.log.info(
      {
        generationId: run.id,
        model: generation.resolution.config.name,
        provider: run.provider,
        status,
        code: error?.code,
        finishReason,
        firstDeltaMs,
        inputTokens: usage?.inputTokens,
        outputTokens: usage?.outputTokens,
        costUsd: cost?.total,
        principal: principalId,
      },
      'a generation ended',
    );
  }
}
