import { randomUUID } from 'node:crypto';
import { BudgetExceeded } from '../../core/budget.ts';
import { ModelgraphError, type Problem, RequestRejected } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { Principal } from '../../core/principal.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../../core/provider-keys.ts';
import { RateLimited } from '../../core/rate-limit.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { toGenerationError } from '../../core/to-generation-error.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import type { GenerationStore, Reservation } from '../../stores/generations/generation-store.ts';
import type { IdempotencyEntry } from '../../stores/idempotency-keys.ts';
import { findBudgetProblems, limitOutputByCost, type UnpricedRule } from '../checks/check-budget.ts';
import { type PreparedGeneration, previewGeneration, type PreviewDependencies } from '../checks/preview.ts';
import { requestHashOf } from '../checks/request-hash.ts';
import { type GenerationGuards, toGuardedPrincipal, toGuardedRequest } from '../generation-guards.ts';
import type { GenerationPermit } from '../principals/limits/generation-permit.ts';
import type { PrincipalLimits } from '../principals/limits/principal-limits.ts';
import { requireOperation } from '../principals/require-operation.ts';
import { nothingStarted, otherRequest, refuseToKeep } from '../refusals.ts';
import type { Admissions } from './admissions.ts';
import type { GenerationCache } from './generation-cache.ts';
import type { LiveGenerations } from './live-generations.ts';
import type { WriteBehind } from './nodes/write-behind.ts';
import { askForPermit } from './permits.ts';
import { BudgetedAllowance } from './run/allowance.ts';
import { CallerKeys } from './run/caller-keys.ts';
import { GenerationRun } from './run/generation-run.ts';
import { UnstoredKeys } from './unstored-keys.ts';

/** The caller of a request, and the caller's own key for it. */
export interface Caller {
  readonly principal: Principal;
  /** The same key with the same input gives the same generation; null: each request is a new one. */
  readonly idempotencyKey: string | null;
  /** Left out: it has brought none. */
  readonly providerKeys?: ProviderKeys;
}

export interface KeyedCaller extends Caller {
  readonly idempotencyKey: string;
}

export interface GenerationStarterOptions extends PreviewDependencies {
  readonly providers: ProviderFactory;
  readonly store: GenerationStore;
  readonly cache: GenerationCache;
  readonly writeBehind: WriteBehind;
  readonly live: LiveGenerations;
  readonly guards: GenerationGuards;
  readonly admissions: Admissions;
  readonly principalLimits: PrincipalLimits;
  /** What becomes of requests under a budget to models without a known price. */
  readonly unpriced: UnpricedRule;
  readonly telemetry: Telemetry;
  /** Aborted once the server takes no new generation; its reason is thrown then. */
  readonly closing: AbortSignal;
}

/** What a generation is begun with. */
interface StartRequest {
  readonly input: GenerateInput;
  readonly caller: Caller;
  /** By `performance.now()`. */
  readonly receivedAtMs: number;
  readonly signal: AbortSignal;
  readonly key: IdempotencyEntry | null;
}

/** A request that was checked and not yet begun. */
interface CheckedRequest extends StartRequest {
  readonly checked: PreparedGeneration;
  readonly permit: GenerationPermit | null;
}

const DAY_MS = 86_400_000;

const isProblemList = (problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] =>
  problems.length > 0;

/** Checks requests and makes generations of those that pass. */
export class GenerationStarter {
  readonly #options: GenerationStarterOptions;
  readonly #unstoredKeys: UnstoredKeys;

  constructor(options: GenerationStarterOptions) {
    this.#options = options;
    this.#unstoredKeys = new UnstoredKeys(options.cache);
  }

  /**
   * Gives the id of a generation for an input: of a new one, or of the one that was started under the same key. Throws
   * `RequestRejected`, of which `RateLimited` is one, `SERVICE_UNAVAILABLE` when too much waits for the store, and what a
   * guard that fails is refused with. Aborting the signal ends the wait for guards, and nothing is started then.
   */
  async start(input: GenerateInput, caller: Caller, signal: AbortSignal): Promise<string> {
    const receivedAtMs = performance.now();
    requireOperation(caller.principal, 'generate');
    this.#options.closing.throwIfAborted();
    const { principal, idempotencyKey, providerKeys = NO_PROVIDER_KEYS } = caller;
    if (input.onDisconnect === 'continue') refuseToKeep(providerKeys, ['input', 'onDisconnect']);
    const request = { input, caller, receivedAtMs, signal };
    if (idempotencyKey === null) return this.#begin({ ...request, key: null });
    const key = { key: idempotencyKey, requestHash: requestHashOf(input) };
    const knownId = await this.#findKnown(principal.id, key);
    if (knownId !== undefined) return knownId;
    if (input.store !== false) return this.#begin({ ...request, key });
    return (
      this.#unstoredKeys.find(principal.id, key) ??
      this.#unstoredKeys.hold(principal.id, key, () => this.#begin({ ...request, key: null }))
    );
  }

  /** `key`: to be stored with it. Gives another id where that is taken. */
  async #begin(request: StartRequest): Promise<string> {
    const { input, caller } = request;
    const { principal, providerKeys = NO_PROVIDER_KEYS } = caller;
    const checked = this.#check(input, principal, providerKeys);
    const asking = askForPermit(this.#options.principalLimits, principal, checked, input);
    const permit = asking && (await this.#awaitPermit(asking));
    try {
      return await this.#beginChecked({ ...request, checked, permit });
    } catch (error) {
      permit?.giveBack();
      throw error;
    }
  }

  async #beginChecked(request: CheckedRequest): Promise<string> {
    const { input, caller, checked, key, permit, receivedAtMs, signal } = request;
    const { live, guards, admissions, store, closing } = this.#options;
    const { principal, providerKeys = NO_PROVIDER_KEYS } = caller;
    // It may have begun to close while limits were asked.
    closing.throwIfAborted();
    if (guards.judgesRequests) await this.#judge(checked, input, principal, signal);
    const budgets = admissions.budgetsOf(principal, input.metadata);
    const prepared = budgets.length === 0 ? checked : this.#holdToBudgets(checked, providerKeys);
    const id = `gen_${randomUUID().replaceAll('-', '')}`;
    const allowance = budgets.length === 0 ? null : new BudgetedAllowance(store, id, budgets);
    const run = this.#create({ id, prepared, allowance }, input, caller, receivedAtMs);
    const isStored = key !== null || allowance !== null;
    const known = isStored ? await this.#store(run, key, allowance) : undefined;
    if (known === undefined) live.launch(run, isStored, permit);
    else permit?.giveBack();
    return known ?? run.id;
  }

  async #awaitPermit(asking: Promise<GenerationPermit>): Promise<GenerationPermit> {
    try {
      return await asking;
    } catch (error) {
      throw error instanceof RateLimited ? this.#noteRejection(error) : error;
    }
  }

  /** The id of the generation that was started under the key of the caller. Starts nothing; throws `NOT_FOUND` where there is none. */
  async findStarted(input: GenerateInput, { principal, idempotencyKey }: KeyedCaller): Promise<string> {
    requireOperation(principal, 'generate');
    const id = await this.#findKnown(principal.id, {
      key: idempotencyKey,
      requestHash: requestHashOf(input),
    });
    if (id === undefined) throw nothingStarted();
    return id;
  }

  async #findKnown(principalId: string, entry: IdempotencyEntry): Promise<string | undefined> {
    const here = this.#unstoredKeys.find(principalId, entry);
    if (here !== undefined) return here;
    const known = await this.#options.store.findByKey(principalId, entry.key);
    if (known !== undefined && known.requestHash !== entry.requestHash) throw otherRequest();
    return known?.id;
  }

  #check(input: GenerateInput, { access }: Principal, keys: ProviderKeys): PreparedGeneration {
    const providers = this.#options.providers.forCaller(keys);
    const { prepared, problems } = previewGeneration(input, { ...this.#options, providers }, access);
    if (isProblemList(problems)) throw this.#reject(problems);
    if (prepared === null) throw new TypeError('a preview without problems has nothing prepared');
    if (this.#options.writeBehind.isFull)
      throw new ModelgraphError(
        'SERVICE_UNAVAILABLE',
        'The database of this server is unavailable, and too much waits for it. Send the request again later.',
      );
    return prepared;
  }

  /** Has the guards judge the request for its model and for its fallback models, all at once. */
  async #judge(
    prepared: PreparedGeneration,
    { metadata }: GenerateInput,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<void> {
    const { guards, telemetry, closing } = this.#options;
    const judge = (each: PreparedGeneration, path: readonly string[]): Promise<Problem | undefined> =>
      guards.findProblem(
        toGuardedRequest(each, { source: 'generation', isFallback: each !== prepared, metadata }),
        toGuardedPrincipal(principal),
        { path, signals: [signal, closing] },
      );
    let found: readonly (Problem | undefined)[];
    try {
      found = await Promise.all([
        judge(prepared, ['input']),
        ...prepared.fallbacks.map((each, index) => judge(each, ['input', 'fallbackModels', String(index)])),
      ]);
    } catch (error) {
      const isRefused = error instanceof ModelgraphError && !signal.aborted && !closing.aborted;
      if (isRefused) telemetry.generationRejected(error.code);
      throw error;
    }
    closing.throwIfAborted();
    const [first, ...others] = found.filter((problem) => problem !== undefined);
    if (first === undefined) return;
    // The same objection to each of the models says no more than one.
    const news = others.filter(({ code, message }) => code !== first.code || message !== first.message);
    throw this.#reject([first, ...news]);
  }

  #reject(problems: readonly [Problem, ...Problem[]]): RequestRejected {
    return this.#noteRejection(new RequestRejected(problems));
  }

  #holdToBudgets(prepared: PreparedGeneration, keys: ProviderKeys): PreparedGeneration {
    const { unpriced, models } = this.#options;
    const isCounted = ({ provider }: ModelConfig): boolean => !keys.has(provider);
    const problems = findBudgetProblems(prepared, unpriced, isCounted);
    if (isProblemList(problems)) throw this.#reject(problems);
    return limitOutputByCost(prepared, models.today(), isCounted);
  }

  #create(
    part: {
      readonly id: string;
      readonly prepared: PreparedGeneration;
      readonly allowance: BudgetedAllowance | null;
    },
    { metadata, store }: GenerateInput,
    { principal, providerKeys = NO_PROVIDER_KEYS }: Caller,
    receivedAtMs: number,
  ): GenerationRun {
    const { writeBehind, telemetry, models } = this.#options;
    const { id, prepared, allowance } = part;
    const { retentionDays } = principal.access;
    const run = new GenerationRun({
      id,
      principalId: principal.id,
      prepared,
      metadata,
      ...(store === false && { isStored: false }),
      retentionMs: retentionDays === null ? null : retentionDays * DAY_MS,
      callerKeys: new CallerKeys(providerKeys),
      createdAt: new Date(),
      onChange: () => writeBehind.noteChange(id),
      telemetry: telemetry.generationStarted(id, prepared.resolution.config, receivedAtMs),
      caller: toGuardedPrincipal(principal),
      ...(allowance !== null && { allowance }),
    });
    run.priceOn(models.today());
    return run;
  }

  /**
   * Stores the beginning of a run, with what it may cost reserved, before its vendor is called. Gives the id of another
   * generation that its key stands for. Where the run is not going to be launched, the end of what may have been stored of
   * it is stored as well.
   */
  async #store(
    run: GenerationRun,
    key: IdempotencyEntry | null,
    allowance: BudgetedAllowance | null,
  ): Promise<string | undefined> {
    const { store, writeBehind, closing } = this.#options;
    try {
      const known = await this.#write(run, key, allowance);
      if (known === undefined && closing.aborted) {
        // The request can be sent again, to another server.
        if (key !== null) await store.giveKeyBack(run.snapshot(), key);
        closing.throwIfAborted();
      }
      return known;
    } catch (error) {
      if (error instanceof BudgetExceeded) throw this.#noteRejection(error);
      if (error instanceof RequestRejected) throw error;
      const message = 'The server could not begin the generation.';
      run.fail(toGenerationError(new ModelgraphError('GENERATION_INTERRUPTED', message)));
      writeBehind.addEnded(run);
      throw error;
    }
  }

  async #write(
    run: GenerationRun,
    key: IdempotencyEntry | null,
    allowance: BudgetedAllowance | null,
  ): Promise<string | undefined> {
    const { store, admissions } = this.#options;
    const billing = { ...run.billing, budgets: [] };
    const reserve = (): Promise<Reservation | undefined> =>
      key === null ? Promise.resolve(undefined) : store.reserve(run.snapshot(), key, billing);
    const answer = await (allowance === null ? reserve() : admissions.admit(run, allowance, key));
    if (answer?.type !== 'existing') return undefined;
    if (!answer.sameRequest) throw otherRequest();
    return answer.generationId;
  }

  #noteRejection<Rejection extends RequestRejected>(rejection: Rejection): Rejection {
    this.#options.telemetry.generationRejected(rejection.code);
    return rejection;
  }
}
