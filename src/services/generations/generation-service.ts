import { randomUUID } from 'node:crypto';
import { ModelgraphError, type Problem, RequestRejected } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { GenerationEvent } from '../../core/generation-event.ts';
import { type Found, unwrapFound } from '../../core/found.ts';
import type { Generation, GenerationStatus } from '../../core/generation.ts';
import type { ToolMessage } from '../../core/message.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { toGenerationError } from '../../core/to-generation-error.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { GenerationStore, Reservation } from '../../stores/generations/generation-store.ts';
import type { NodeCommands } from '../../stores/nodes/node-commands.ts';
import type { IdempotencyEntry } from '../../stores/idempotency-keys.ts';
import { Attendance } from './subscribers.ts';
import { checkToolResults } from '../checks/check-tool-results.ts';
import { endingWith } from './events/ending-with.ts';
import { findGenerations } from './find-generations.ts';
import { GenerationFailure } from '../report-failure.ts';
import { GenerationHistory, type HistoryLimits } from './generation-cache.ts';
import type { GenerationJournal } from './nodes/write-behind.ts';
import { beyondTheLog, noGeneration, notWaiting, otherRequest } from '../refusals.ts';
import { GenerationRun } from './run/generation-run.ts';
import { type GenerationPreview, previewGeneration, type PreviewDependencies } from '../checks/preview.ts';
import { requestHashOf } from '../checks/request-hash.ts';
import type { StoredGenerations } from './nodes/stored-generations.ts';
import type { TurnRunner } from './run/turn-runner.ts';

export interface GenerationServiceOptions extends PreviewDependencies {
  readonly runner: TurnRunner;
  readonly store: GenerationStore;
  readonly commands: NodeCommands;
  readonly journal: GenerationJournal;
  readonly stored: StoredGenerations;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  readonly history: HistoryLimits;
  /** How long a generation that nobody follows any more runs on, in milliseconds. */
  readonly disconnectGraceMs: number;
  /** Whether other nodes are on the same store. */
  readonly isShared: boolean;
  /** Deltas of one kind within this time reach a subscriber as one, in milliseconds. */
  readonly coalesceMs: number;
}

/** Who asks, and under which key of theirs. */
export interface Caller {
  readonly principalId: string;
  /** The same key with the same input gives the same generation; null: each request is a new one. */
  readonly idempotencyKey: string | null;
}

export interface GenerationList {
  readonly items: readonly { readonly cursor: string; readonly generation: Generation }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

type Events = AsyncIterableIterator<GenerationEvent, undefined, undefined>;

const isProblemList = (problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] =>
  problems.length > 0;

/** How long the other nodes are not asked again whether somebody follows a generation there, at least. */
const ASK_AGAIN_MS = 1_000;

const isClosing = (): ModelgraphError =>
  new ModelgraphError('GENERATION_INTERRUPTED', 'The server is shutting down. Send the request again.');

/** Starts generations, lets them be followed, awaited, resumed and cancelled, on whichever node they run. */
export class GenerationService {
  readonly #options: GenerationServiceOptions;
  readonly #history: GenerationHistory;
  readonly #attendances = new Map<string, Attendance>();
  #closing = false;

  constructor(options: GenerationServiceOptions) {
    this.#options = options;
    this.#history = new GenerationHistory(options.history);
  }

  /** What would happen, found by the code that would do it; calls no provider. */
  preview(input: GenerateInput): GenerationPreview {
    return previewGeneration(input, this.#options);
  }

  /**
   * Starts a generation and gives its events from the first one. Rejects with `RequestRejected` before a provider is
   * called; later failures are events. Ending the iterator, or aborting the signal, detaches: what becomes of the
   * generation then, the input says.
   */
  async stream(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<Events> {
    const id = await this.#begin(input, caller);
    // The provider is asked already. Whoever is told of the generation may come back to it on any node.
    if (this.#options.isShared) await this.#options.journal.settled(id);
    return this.events(id, caller.principalId, null, signal);
  }

  /**
   * Starts a generation and waits for its end, or for the tool calls it wants results of; throws `GenerationFailure`
   * when it failed or was cancelled. Aborting the signal detaches; without an idempotency key nobody could come back for
   * the answer, so that it cancels at once.
   */
  async generate(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<Generation> {
    const id = await this.#begin(input, caller);
    const generation = await this.#settled(id, signal, {
      mayReturn: caller.idempotencyKey !== null || input.onDisconnect === 'continue',
    });
    if (generation.status === 'completed' || generation.status === 'requires-action') return generation;
    throw new GenerationFailure(
      id,
      generation.error ??
        toGenerationError(new ModelgraphError('GENERATION_CANCELLED', 'The generation was cancelled.')),
    );
  }

  /** Starts a generation and answers at once, as soon as every node can find it. Nobody has to follow it. */
  async start(input: GenerateInput, caller: Caller): Promise<Generation> {
    const id = await this.#begin(input, caller);
    await this.#options.journal.settled(id);
    return this.#get(id, caller.principalId, 'id');
  }

  /**
   * The events after a sequence, once, in order, then the live ones until the end; a snapshot first where some of them
   * are no longer kept. Throws `NOT_FOUND` for a generation that is unknown or another principal's.
   */
  async events(id: string, principalId: string, after: number | null, signal: AbortSignal): Promise<Events> {
    const from = after ?? 0;
    const { coalesceMs } = this.#options;
    const here = this.#history.findLive(id) ?? this.#history.findFinished(id);
    if (here === undefined) {
      const events = await this.#options.stored.events(id, principalId, from, { coalesceMs });
      return endingWith(events, signal);
    }
    if (here.principalId !== principalId) throw noGeneration(id, 'id');
    if (from > here.log.lastSequence) throw beyondTheLog(id);
    const presence = this.#attendances.get(id)?.attend();
    return here.log.follow(from, { coalesceMs, signal, ...(presence && { presence }) });
  }

  /**
   * Ends a generation as cancelled and closes its upstream socket, on whichever node it runs. One that has ended stays
   * as it is.
   */
  async cancel(id: string, principalId: string): Promise<Generation> {
    const run = this.#history.findLive(id);
    if (run === undefined) {
      const known = await this.#get(id, principalId, 'id');
      if (this.#history.findFinished(id) !== undefined) return known;
      return this.#options.stored.cancel(known);
    }
    if (run.principalId !== principalId) throw noGeneration(id, 'id');
    run.cancel();
    await this.#options.journal.settled(id);
    return run.snapshot();
  }

  /**
   * Goes on with a generation that waits for tool results: same id, same log, same followers. Throws `NOT_FOUND` for a
   * generation that is unknown or another principal's, `INVALID_REQUEST` for results that do not fit.
   */
  async submitToolResults(
    id: string,
    results: readonly ToolMessage[],
    principalId: string,
  ): Promise<Generation> {
    const run = this.#history.findLive(id);
    if (run === undefined) {
      const known = await this.#get(id, principalId, 'generationId');
      if (known.status !== 'requires-action') throw notWaiting();
      return this.#options.stored.submitToolResults(known, results);
    }
    if (run.principalId !== principalId) throw noGeneration(id, 'generationId');
    this.#resume(run, results);
    return run.snapshot();
  }

  /** A generation by id, its text so far included; undefined when it is unknown, expired or another principal's. */
  async findGeneration(id: string, principalId: string): Promise<Generation | undefined> {
    const [found] = await this.findGenerations([id], principalId);
    return unwrapFound(found);
  }

  /** The same for many ids, in their order: one statement for all that are not in memory. */
  findGenerations(ids: readonly string[], principalId: string): Promise<readonly Found<Generation>[]> {
    return findGenerations({ history: this.#history, store: this.#options.store }, ids, principalId);
  }

  /** A principal's generations, newest first. */
  async list(
    principalId: string,
    query: {
      readonly first: number;
      readonly after: string | null;
      readonly statuses: readonly GenerationStatus[] | null;
    },
  ): Promise<GenerationList> {
    const page = await this.#options.store.list(principalId, query);
    const items = page.items.map(({ cursor, generation }) => ({
      cursor,
      generation: this.#history.find(generation.id) ?? generation,
    }));
    // The store is a moment behind: what has left the state that is asked for is not shown in it.
    const { statuses } = query;
    return {
      ...page,
      items: items.filter(({ generation }) => statuses === null || statuses.includes(generation.status)),
    };
  }

  /** Generations of this node that have not ended. */
  get liveCount(): number {
    return this.#history.liveCount;
  }

  /** Does what other nodes have asked of this node's generations. */
  async takeCommands(): Promise<void> {
    const { cancel, toolResults } = await this.#options.commands.take();
    for (const id of cancel) this.#history.findLive(id)?.cancel();
    for (const { id, results } of toolResults) {
      const run = this.#history.findLive(id);
      try {
        if (run !== undefined) this.#resume(run, JSON.parse(results) as ToolMessage[]);
      } catch (error) {
        // It was cancelled or answered meanwhile, which is not the others' concern.
        this.#options.log.warn(
          { err: error, generationId: id },
          'tool results of another node came too late',
        );
      }
    }
  }

  /**
   * Refuses new generations, lets the running ones end for `graceMs`, then ends the rest with a terminal event.
   * Resolves when none is left.
   */
  async shutdown(graceMs: number): Promise<void> {
    this.#closing = true;
    const live = this.#history.live();
    const interrupted = new ModelgraphError(
      'GENERATION_INTERRUPTED',
      'The server shut down before the generation was complete.',
    );
    const timer = setTimeout(() => {
      for (const run of live) run.fail(toGenerationError(interrupted));
    }, graceMs);
    await Promise.all(live.map((run) => run.finished));
    clearTimeout(timer);
  }

  async #get(id: string, principalId: string, path: 'id' | 'generationId'): Promise<Generation> {
    const generation = await this.findGeneration(id, principalId);
    if (generation === undefined) throw noGeneration(id, path);
    return generation;
  }

  #resume(run: GenerationRun, results: readonly ToolMessage[]): void {
    if (run.awaitedToolCalls.length === 0) throw notWaiting();
    checkToolResults(results, run.awaitedToolCalls);
    run.resume(results);
    if (!run.ended) void this.#options.runner.run(run);
  }

  /** A generation for an input: a new one, or the one that was started under the same key. */
  async #begin(input: GenerateInput, { principalId, idempotencyKey }: Caller): Promise<string> {
    const receivedAtMs = performance.now();
    if (this.#closing) throw isClosing();
    if (idempotencyKey === null) {
      const run = this.#create(input, principalId, receivedAtMs);
      this.#launch(run, false);
      return run.id;
    }
    const requestHash = requestHashOf(input);
    const known = await this.#options.store.findByKey(principalId, idempotencyKey);
    if (known !== undefined) {
      if (known.requestHash !== requestHash) throw otherRequest();
      return known.id;
    }
    const run = this.#create(input, principalId, receivedAtMs);
    const reserved = await this.#reserve(run, { key: idempotencyKey, requestHash });
    if (reserved.type === 'created') {
      this.#launch(run, true);
      return run.id;
    }
    if (!reserved.sameRequest) throw otherRequest();
    return reserved.generationId;
  }

  /** Whatever may have been stored of a run that is not going to be launched is ended. */
  async #reserve(run: GenerationRun, idempotency: IdempotencyEntry): Promise<Reservation> {
    const { store, journal } = this.#options;
    try {
      const reserved = await store.reserve(run.snapshot(), idempotency);
      if (this.#closing && reserved.type === 'created') throw isClosing();
      return reserved;
    } catch (error) {
      const message = 'The server could not begin the generation.';
      run.fail(toGenerationError(new ModelgraphError('GENERATION_INTERRUPTED', message)));
      journal.disown(run);
      throw error;
    }
  }

  /** Checks the input; throws `RequestRejected`, or `SERVICE_UNAVAILABLE` when too much waits for the store. */
  #create(input: GenerateInput, principalId: string, receivedAtMs: number): GenerationRun {
    const { journal, telemetry } = this.#options;
    const { prepared, problems } = this.preview(input);
    if (isProblemList(problems)) {
      telemetry.generationRejected(problems[0].code);
      throw new RequestRejected(problems);
    }
    if (prepared === null) throw new TypeError('a preview without problems has nothing prepared');
    if (journal.isFull)
      throw new ModelgraphError(
        'SERVICE_UNAVAILABLE',
        'The store is away and too much waits for it. Try again later.',
      );
    const id = `gen_${randomUUID().replaceAll('-', '')}`;
    return new GenerationRun({
      id,
      principalId,
      prepared,
      metadata: input.metadata,
      createdAt: new Date(),
      onChange: () => journal.touch(id),
      telemetry: telemetry.generationStarted(id, prepared.resolution.config, receivedAtMs),
    });
  }

  #launch(run: GenerationRun, created: boolean): void {
    const { journal, runner, disconnectGraceMs } = this.#options;
    const attendance = new Attendance({
      graceMs: disconnectGraceMs,
      onDeserted: () => void this.#desert(run, attendance),
    });
    this.#attendances.set(run.id, attendance);
    this.#history.add(run);
    journal.add(run, created);
    void run.finished.then((generation) => {
      attendance.close();
      this.#attendances.delete(run.id);
      this.#finish(run, generation);
    });
    void runner.run(run);
  }

  /** Nobody follows it here any more; perhaps somebody does on another node. */
  async #desert(run: GenerationRun, attendance: Attendance): Promise<void> {
    if (run.ended || run.prepared.onDisconnect === 'continue') return;
    this.#options.log.debug({ generationId: run.id }, 'nobody follows a generation here any more');
    const isFollowed = await this.#options.stored.isFollowed(run.id);
    if (!attendance.isDeserted) return;
    if (isFollowed) attendance.wait(ASK_AGAIN_MS);
    else run.cancel();
  }

  async #settled(
    id: string,
    signal: AbortSignal,
    { mayReturn }: { readonly mayReturn: boolean },
  ): Promise<Generation> {
    const run = this.#history.findLive(id);
    if (run === undefined) return this.#history.find(id) ?? this.#options.stored.settled(id, signal);
    const presence = this.#attendances.get(id)?.attend();
    const leave = (): void => {
      if (mayReturn) presence?.leave();
      else run.cancel();
    };
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    try {
      return await run.settled;
    } finally {
      signal.removeEventListener('abort', leave);
      presence?.finish();
    }
  }

  #finish(run: GenerationRun, generation: Generation): void {
    this.#history.finish(generation, run.log, this.#options.journal.finish(generation));
    run.telemetry.ended(generation);
    const { status, error, usage, firstDeltaMs, finishReason } = generation;
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
      },
      'a generation ended',
    );
  }
}
