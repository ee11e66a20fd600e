import { createProblem, ERROR_CODES, ModelgraphError, type Problem } from '../core/errors.ts';
import type {
  GenerationGuard,
  GenerationRecord,
  GuardedPrincipal,
  GuardedRequest,
  GuardRefusal,
} from '../core/generation-guard.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { isRecord } from '../lib/is-record.ts';
import type { PreparedGeneration } from './checks/preview.ts';

export interface GenerationGuardsOptions {
  readonly guards: readonly GenerationGuard[];
  readonly log: ServiceLog;
  /** Longest time for the guards to judge one request, in milliseconds. */
  readonly limitMs?: number;
}

const LIMIT_MS = 10_000;

const guardFailed = (): ModelgraphError =>
  new ModelgraphError(
    'INTERNAL',
    'A guard of this server failed to judge the request, so that it was not sent to a provider.',
  );

const guardTooSlow = (): ModelgraphError =>
  new ModelgraphError(
    'SERVICE_UNAVAILABLE',
    'A guard of this server did not judge the request in time. Send it again later.',
  );

const toReason = ({ reason }: AbortSignal): ModelgraphError =>
  reason instanceof ModelgraphError
    ? reason
    : new ModelgraphError(
        'GENERATION_CANCELLED',
        'The request was cancelled before it was sent to a provider.',
      );

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** A guard may come from JavaScript that no compiler has seen. */
const isRefusal = (verdict: unknown): verdict is GuardRefusal =>
  isRecord(verdict) &&
  typeof verdict['code'] === 'string' &&
  Object.hasOwn(ERROR_CODES, verdict['code']) &&
  typeof verdict['message'] === 'string' &&
  (verdict['path'] === undefined || isTextList(verdict['path'])) &&
  (verdict['suggestion'] === undefined || typeof verdict['suggestion'] === 'string');

/** A request as guards see it, from what its provider will be given. */
export const toGuardedRequest = (
  { resolution: { config }, request }: Pick<PreparedGeneration, 'resolution' | 'request'>,
  about: Pick<GuardedRequest, 'source' | 'metadata'> & Partial<Pick<GuardedRequest, 'id' | 'isFallback'>>,
): GuardedRequest => ({
  id: null,
  isFallback: false,
  ...about,
  model: config.name,
  provider: config.provider,
  request,
});

/** A caller as guards see it. */
export const toGuardedPrincipal = ({ id, kind, keyId, userId }: GuardedPrincipal): GuardedPrincipal => ({
  id,
  kind,
  keyId,
  userId,
});

/**
 * The operator's guards. Services ask `judgesRequests` and `recordsEnds` first, so that without guards nothing is made or
 * waited for.
 */
export class GenerationGuards {
  readonly judgesRequests: boolean;
  readonly recordsEnds: boolean;
  /** Longest time for the guards to judge one request, in milliseconds. */
  readonly limitMs: number;
  readonly #before: readonly GenerationGuard[];
  readonly #after: readonly GenerationGuard[];
  readonly #log: ServiceLog;
  readonly #recording = new Set<Promise<void>>();

  constructor({ guards, log, limitMs = LIMIT_MS }: GenerationGuardsOptions) {
    this.#before = guards.filter(({ beforeGeneration }) => beforeGeneration !== undefined);
    this.#after = guards.filter(({ afterGeneration }) => afterGeneration !== undefined);
    this.judgesRequests = this.#before.length > 0;
    this.recordsEnds = this.#after.length > 0;
    this.#log = log;
    this.limitMs = limitMs;
  }

  /**
   * Why a request is refused; undefined: it may be sent. `path`: of a refusal that names no position.
   * - A guard that fails rejects with `INTERNAL`, one that takes too long with `SERVICE_UNAVAILABLE`.
   * - Aborting one of the signals rejects at once: with its reason where that is an error for clients, or else with
   *   `GENERATION_CANCELLED`.
   * - No further guard is asked then.
   */
  async findProblem(
    request: GuardedRequest,
    principal: GuardedPrincipal,
    { path, signals }: { readonly path: readonly string[]; readonly signals: readonly AbortSignal[] },
  ): Promise<Problem | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<GuardRefusal | undefined>();
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted !== undefined) throw toReason(aborted);
    const leave = ({ target }: Event): void => reject(toReason(target as AbortSignal));
    const timer = setTimeout(() => {
      this.#log.error(
        { model: request.model, source: request.source },
        'a guard did not judge a request in time',
      );
      reject(guardTooSlow());
    }, this.limitMs);
    for (const signal of signals) signal.addEventListener('abort', leave);
    let isOver = false;
    this.#judge(request, principal, () => isOver).then(resolve, reject);
    try {
      const refusal = await promise;
      if (refusal === undefined) return undefined;
      const { code, message, suggestion } = refusal;
      const details = suggestion === undefined ? {} : { suggestion };
      return createProblem(code, refusal.path ?? path, message, details);
    } finally {
      isOver = true;
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', leave);
    }
  }

  /** Has every guard record an end. Never throws. */
  record(record: GenerationRecord): void {
    const recording = this.#recordEverywhere(record).finally(() => this.#recording.delete(recording));
    this.#recording.add(recording);
  }

  /** Resolves once the guards have recorded every end so far, or after a while. */
  async settled(limitMs: number): Promise<void> {
    if (this.#recording.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    await Promise.race([Promise.all(this.#recording), promise]);
    clearTimeout(timer);
  }

  async #judge(
    request: GuardedRequest,
    principal: GuardedPrincipal,
    isOver: () => boolean,
  ): Promise<GuardRefusal | undefined> {
    try {
      for (const guard of this.#before) {
        if (isOver()) return undefined;
        const verdict: unknown = await guard.beforeGeneration?.(request, principal);
        if (verdict === undefined) continue;
        if (isRefusal(verdict)) return verdict;
        throw new TypeError('a guard gave neither undefined nor a refusal with a known code and a message');
      }
      return undefined;
    } catch (error) {
      const { model, source } = request;
      this.#log.error({ err: error, model, source }, 'a guard failed on a defect of its own');
      throw guardFailed();
    }
  }

  /** Never rejects. */
  async #recordEverywhere(record: GenerationRecord): Promise<void> {
    await Promise.all(this.#after.map((guard) => this.#recordIn(guard, record)));
  }

  async #recordIn(guard: GenerationGuard, record: GenerationRecord): Promise<void> {
    try {
      await guard.afterGeneration?.(record);
    } catch (error) {
      const about =
        record.source === 'batch'
          ? { batchId: record.batchId, customId: record.customId }
          : { generationId: record.generation.id };
      this.#log.error({ ...about, err: error }, 'a guard failed to record an end on a defect of its own');
    }
  }
}
