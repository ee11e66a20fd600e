import { findGenerations } from './find-generations.ts';
import { isCompletedByClient } from '../../core/client-completed.ts';
import { ModelgraphError, RequestRejected } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { GenerationEvent } from '../../core/generation-event.ts';
import { awaitFound, type Found, unwrapFound } from '../../core/found.ts';
import type { Generation, GenerationStatus } from '../../core/generation.ts';
import type { ToolMessage } from '../../core/message.ts';
import type { Principal } from '../../core/principal.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys, type ProviderKeysMode } from '../../core/provider-keys.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { toGenerationError } from '../../core/to-generation-error.ts';
import { afterPromises } from '../../lib/end-of-turn.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import type { ListPart } from '../../stores/list-cursor.ts';
import type { NodeCommands } from '../../stores/nodes/node-commands.ts';
import { type TokenCountingOptions, withCountedInput } from '../checks/count-input-tokens.ts';
import { type GenerationPreview, previewGeneration, type PreviewDependencies } from '../checks/preview.ts';
import { findForbiddenModel } from '../principals/model-access.ts';
import { findListedOwner, type OwnerQuery } from '../principals/listed-owner.ts';
import { requireOperation } from '../principals/require-operation.ts';
import { mayCancel, toVisible } from '../principals/visibility.ts';
import { beyondTheLog, elsewhere, noGeneration, refuseToKeep } from '../refusals.ts';
import { createDefectReport, GenerationFailure } from '../report-failure.ts';
import type { GenerationCache } from './generation-cache.ts';
import type { GenerationDeletions } from './generation-deletions.ts';
import type { Caller, GenerationStarter, KeyedCaller } from './generation-starter.ts';
import type { LiveGenerations } from './live-generations.ts';
import type { RemoteToolResults } from './nodes/remote-tool-results.ts';
import type { StoredGenerations } from './nodes/stored-generations.ts';
import type { WriteBehind } from './nodes/write-behind.ts';
import type { ToolResults } from './tool-results.ts';

export type { Caller } from './generation-starter.ts';

export interface GenerationServiceOptions extends PreviewDependencies, TokenCountingOptions {
  readonly providers: ProviderFactory;
  readonly store: GenerationStore;
  readonly commands: NodeCommands;
  readonly cache: GenerationCache;
  readonly writeBehind: WriteBehind;
  readonly stored: StoredGenerations;
  readonly live: LiveGenerations;
  readonly starter: GenerationStarter;
  readonly deletions: GenerationDeletions;
  readonly toolResults: ToolResults;
  readonly remoteToolResults: RemoteToolResults;
  readonly log: ServiceLog;
  /** Aborted by `shutdown`. */
  readonly closing: AbortController;
  /** Whether principals without a mode of their own bring keys for providers. */
  readonly providerKeys: ProviderKeysMode;
  /** Whether other nodes are on the same store. */
  readonly isShared: boolean;
  /** Deltas of one kind within this time reach a subscriber as one, in milliseconds. */
  readonly coalesceMs: number;
}

/** A page of a principal's generations. */
export interface GenerationListRequest extends ListPart, OwnerQuery {
  /** null: any. */
  readonly statuses: readonly GenerationStatus[] | null;
}

export interface GenerationList {
  readonly items: readonly { readonly cursor: string; readonly generation: Generation }[];
  /** Whether there are more between the cursors. */
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

const NO_GENERATIONS: GenerationList = { items: [], hasNextPage: false, totalCount: 0 };

/** The events of a generation as a subscription delivers them. */
export type GenerationEvents = ReadyIterator<GenerationEvent>;

/** Starts generations, lets them be followed, awaited, resumed and cancelled, on whichever node they run. */
export class GenerationService {
  readonly #options: GenerationServiceOptions;

  constructor(options: GenerationServiceOptions) {
    this.#options = options;
  }

  /** What would happen, found by the code that would do it; calls neither a provider nor a guard. */
  preview(
    input: GenerateInput,
    principal: Principal,
    keys: ProviderKeys = NO_PROVIDER_KEYS,
  ): GenerationPreview {
    requireOperation(principal, 'generate', 'batch');
    const providers = this.#options.providers.forCaller(keys);
    return previewGeneration(input, { ...this.#options, providers }, principal.access);
  }

  /** The same with its input counted by the provider, as `withCountedInput` says; `shutdown` ends it as the signal does. */
  async previewCounted(
    input: GenerateInput,
    principal: Principal,
    signal: AbortSignal,
    keys: ProviderKeys = NO_PROVIDER_KEYS,
  ): Promise<GenerationPreview> {
    requireOperation(principal, 'generate');
    const { closing } = this.#options;
    closing.signal.throwIfAborted();
    const either = AbortSignal.any([signal, closing.signal]);
    const providers = this.#options.providers.forCaller(keys);
    const show = keys.hide();
    try {
      const preview = this.preview(input, principal, keys);
      return await withCountedInput(preview, { ...this.#options, providers }, either);
    } finally {
      show();
    }
  }

  /**
   * Starts a generation and gives its events from the first one. Rejects with `RequestRejected` before a provider is
   * called; later failures are events. Ending the iterator, or aborting the signal, ends the subscription: what becomes of
   * the generation then, the input says.
   */
  async stream(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<GenerationEvents> {
    const { starter, writeBehind, isShared } = this.#options;
    const id = await starter.start(input, caller, signal);
    // The call to the provider leaves before anything is made for the client of its beginning.
    await new Promise<void>(afterPromises);
    // A client that knows the id may come back with it on any node.
    if (isShared) await writeBehind.flush(id);
    return this.events(id, caller.principal, null, signal);
  }

  /**
   * The id of the generation that was started with this input under the key of the caller. Starts nothing; throws
   * `NOT_FOUND` where there is none, `INVALID_REQUEST` for a key of another input.
   */
  findStarted(input: GenerateInput, caller: KeyedCaller): Promise<string> {
    return this.#options.starter.findStarted(input, caller);
  }

  /**
   * Starts a generation and waits for its end, or for the tool calls it needs results of; throws `GenerationFailure`
   * when it failed or was cancelled. Aborting the signal ends the wait; without an idempotency key no client could come
   * back for the answer, so that it cancels at once.
   */
  async generate(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<Generation> {
    const id = await this.#options.starter.start(input, caller, signal);
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

  /**
   * Starts a generation and answers as soon as every node can find it. It needs no subscriber. Aborting the signal has an
   * effect only before the generation exists.
   */
  async start(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<Generation> {
    const { starter, writeBehind } = this.#options;
    refuseToKeep(caller.providerKeys ?? NO_PROVIDER_KEYS, ['input']);
    const id = await starter.start(input, caller, signal);
    await writeBehind.flush(id);
    return this.#get(id, caller.principal, 'id');
  }

  /**
   * The events after a sequence, once, in order, then the live ones until the end; a snapshot first where some of them
   * are no longer kept. Throws `NOT_FOUND` for a generation that is unknown or another principal's.
   */
  async events(
    id: string,
    principal: Principal,
    after: number | null,
    signal: AbortSignal,
  ): Promise<GenerationEvents> {
    requireOperation(principal, 'read', 'generate');
    const from = after ?? 0;
    const { cache, live, stored, coalesceMs } = this.#options;
    const here = cache.findLive(id) ?? cache.findFinished(id);
    if (here === undefined) return stored.events(id, principal.id, from, { coalesceMs, signal });
    if (here.principalId !== principal.id) throw noGeneration(id, 'id');
    if (from > here.eventLog.lastSequence) throw beyondTheLog(id);
    const subscriber = live.subscribe(id);
    return here.eventLog.read(from, { coalesceMs, signal, ...(subscriber && { subscriber }) });
  }

  /** Whether a generation of the principal's own is known and has ended, so that there are no more events of it to come. */
  async hasEnded(id: string, principal: Principal): Promise<boolean> {
    requireOperation(principal, 'read', 'generate');
    const [found] = await findGenerations(this.#options, [id], (generation) => generation);
    const generation = unwrapFound(found);
    return generation?.principalId === principal.id && generation.completedAt !== null;
  }

  /** Ends a generation as cancelled and closes its upstream socket, on whichever node it runs. One that has ended stays so. */
  async cancel(id: string, principal: Principal): Promise<Generation> {
    requireOperation(principal, 'generate');
    const { cache, stored, writeBehind } = this.#options;
    const run = cache.findLive(id);
    if (run === undefined) {
      const known = await this.#getCancellable(id, principal);
      const ended = cache.findFinished(id) === undefined ? await stored.cancel(known) : known;
      return this.#show(ended, principal);
    }
    if (!mayCancel(principal, run.principalId)) throw noGeneration(id, 'id');
    run.cancel();
    await writeBehind.flush(id);
    return this.#show(run.snapshot(), principal);
  }

  /** Deletes all there is of a generation but what it cost, as `GenerationDeletions.delete` says. */
  async delete(id: string, principal: Principal): Promise<void> {
    requireOperation(principal, 'generate');
    await this.#options.deletions.delete(id, principal.id);
  }

  /**
   * Goes on with a generation that waits for tool results: same id, same log, same subscribers. Throws `NOT_FOUND` for a
   * generation that is unknown or another principal's, `INVALID_REQUEST` for results that do not fit, and what the guards
   * refuse the next turn with; the generation goes on waiting then. Aborting the signal ends the wait for guards.
   */
  async submitToolResults(
    id: string,
    results: readonly ToolMessage[],
    principal: Principal,
    signal: AbortSignal,
    keys: ProviderKeys = NO_PROVIDER_KEYS,
  ): Promise<Generation> {
    requireOperation(principal, 'generate');
    const { cache, toolResults, remoteToolResults } = this.#options;
    const run = cache.findLive(id);
    if (run === undefined) {
      const known = await this.#get(id, principal, 'generationId');
      this.#requireModel(known, principal);
      if (keys.has(known.resolution.config.provider)) throw elsewhere();
      const { budgets, providerKeys } = principal.access;
      const mayBeRefused = budgets.length > 0 || (providerKeys ?? this.#options.providerKeys) !== 'off';
      return remoteToolResults.submit(known, results, { signal, mayBeRefused });
    }
    if (run.principalId !== principal.id) throw noGeneration(id, 'generationId');
    this.#requireModel(run.snapshot(), principal);
    await toolResults.submit(run, results, { signals: [signal], keys });
    return run.snapshot();
  }

  /** A generation by id, its text so far included; undefined when it is unknown, expired or not to be seen by the principal. */
  async findGeneration(id: string, principal: Principal): Promise<Generation | undefined> {
    const [found] = await this.findGenerations([id], principal);
    return unwrapFound(found);
  }

  /** The same for many ids, in their order: one statement for all that are not in memory. */
  async findGenerations(ids: readonly string[], principal: Principal): Promise<readonly Found<Generation>[]> {
    requireOperation(principal, 'read');
    return findGenerations(this.#options, ids, (generation) => toVisible(principal, generation));
  }

  /**
   * Pages of a principal's generations, in the order of the requests. Very large generations make for fewer on a page, and so do
   * other pages that are asked for at the same time. What is wrong with one request is the error of its page.
   */
  listPages(
    requests: readonly GenerationListRequest[],
    principal: Principal,
  ): Promise<readonly (GenerationList | Error)[]> {
    const pages = requests.length;
    return awaitFound(requests.map((request) => this.list(principal, { ...request, pages })));
  }

  /**
   * A principal's generations, newest first, fewer than asked for where they are very large. Throws `FORBIDDEN` for those of
   * another one without the operation for it.
   */
  async list(
    principal: Principal,
    query: GenerationListRequest & { readonly pages?: number },
  ): Promise<GenerationList> {
    requireOperation(principal, 'read');
    const { store, cache } = this.#options;
    const owner = findListedOwner(principal, query);
    if (owner === undefined) return NO_GENERATIONS;
    const page = await store.list(owner.id, query);
    const items = page.items.flatMap(({ cursor, generation }) => {
      const shown = toVisible(principal, cache.find(generation.id) ?? generation);
      return shown === undefined ? [] : [{ cursor, generation: shown }];
    });
    // The store is a moment behind: what has left the state that is asked for is not shown in it.
    const { statuses } = query;
    return {
      ...page,
      items: items.filter(({ generation }) => statuses === null || statuses.includes(generation.status)),
    };
  }

  /** Generations of this node that have not ended. */
  get liveCount(): number {
    return this.#options.cache.liveCount;
  }

  /** Does what other nodes ask of this node's generations, and takes their answers. */
  async takeCommands(): Promise<void> {
    const { commands, cache, deletions, live, toolResults, remoteToolResults, log } = this.#options;
    const taken = await commands.take();
    for (const id of taken.cancel) cache.findLive(id)?.cancel();
    for (const id of taken.abandoned) live.abandon(id);
    for (const id of taken.delete ?? [])
      deletions.take(id).catch(createDefectReport(log, { generationId: id }));
    for (const answer of taken.answers) remoteToolResults.take(answer);
    // Guards may take their time, and a later command may cancel the generation they judge.
    for (const sent of taken.toolResults)
      toolResults.takeSent(sent).catch(createDefectReport(log, { generationId: sent.id }));
  }

  /** Refuses new generations, lets those that run end for `graceMs`, then ends the rest. Resolves when none is left. */
  async shutdown(graceMs: number): Promise<void> {
    const { closing, cache } = this.#options;
    closing.abort(
      new ModelgraphError('GENERATION_INTERRUPTED', 'The server is shutting down. Send the request again.'),
    );
    const live = cache.live();
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

  /** What the principal may see of a generation that it has found. */
  #show(generation: Generation, principal: Principal): Generation {
    const shown = toVisible(principal, generation);
    if (shown === undefined) throw noGeneration(generation.id, 'id');
    return shown;
  }

  async #getCancellable(id: string, principal: Principal): Promise<Generation> {
    const [found] = await findGenerations(this.#options, [id], (generation) =>
      mayCancel(principal, generation.principalId) ? generation : undefined,
    );
    const generation = unwrapFound(found);
    if (generation === undefined) throw noGeneration(id, 'id');
    return generation;
  }

  /** The principal's own alone: what can only be seen cannot be continued. */
  async #find(id: string, principal: Principal): Promise<Generation | undefined> {
    const [found] = await findGenerations(this.#options, [id], (generation) =>
      generation.principalId === principal.id ? generation : undefined,
    );
    return unwrapFound(found);
  }

  async #get(id: string, principal: Principal, path: 'id' | 'generationId'): Promise<Generation> {
    const generation = await this.#find(id, principal);
    if (generation === undefined) throw noGeneration(id, path);
    return generation;
  }

  /** The rules may have changed since the generation began. */
  #requireModel({ resolution }: Generation, { access }: Principal): void {
    const { models } = this.#options;
    const problem = findForbiddenModel(access, resolution.config, models, ['generationId']);
    if (problem !== undefined) throw new RequestRejected([problem]);
  }

  /** `mayReturn`: the client can come back for the answer, so that leaving is not cancelling. */
  async #settled(
    id: string,
    signal: AbortSignal,
    { mayReturn }: { readonly mayReturn: boolean },
  ): Promise<Generation> {
    const { cache, live, stored } = this.#options;
    const run = cache.findLive(id);
    if (run === undefined) return cache.find(id) ?? stored.settled(id, signal);
    const subscriber = live.subscribe(id);
    const leave = (): void => {
      if (!mayReturn) run.cancel();
      else if (isCompletedByClient(signal)) subscriber?.abandon();
      else subscriber?.leave();
    };
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    try {
      return await run.settled;
    } finally {
      signal.removeEventListener('abort', leave);
      subscriber?.finish();
    }
  }
}
