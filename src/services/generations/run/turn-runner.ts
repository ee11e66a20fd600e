import { findModelgraphError, isRetryable, ProviderError, RequestRejected } from '../../../core/errors.ts';
import type { Problem } from '../../../core/errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { type StreamEvent, streamOf } from '../../../core/stream-event.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { ReadyIterator } from '../../../lib/ready-iterator.ts';
import { wait } from '../../../lib/wait.ts';
import type { ModelRegistry } from '../../../registry/model-registry.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import { type FetchMedia, resolveMedia } from '../../media/resolve-media.ts';
import { type GenerationGuards, toGuardedRequest } from '../../generation-guards.ts';
import type { OutputChecker } from '../../output/output-checker.ts';
import { ProviderCircuitOpen } from '../../providers/circuit.ts';
import type { ProviderHealthService } from '../../providers/provider-health.ts';
import { type CallHealth, UNWATCHED_HEALTH } from '../../providers/unwatched-health.ts';
import { reportFailure } from '../../report-failure.ts';
import { AnswerIntake, type AnsweredTurn } from './answer-intake.ts';
import type { GenerationRun } from './generation-run.ts';
import type { RetryPolicy } from './retry.ts';
import { TurnKeys } from './turn-keys.ts';

export interface TurnRunnerOptions {
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly retry: RetryPolicy;
  readonly fetchMedia: FetchMedia;
  readonly outputs: OutputChecker;
  /** Judge the request for a better answer. */
  readonly guards: GenerationGuards;
  readonly log: ServiceLog;
  /** Whose day the prices of a call go by. */
  readonly models: Pick<ModelRegistry, 'today'>;
  /** Longest time for one answer of the provider, and for the results of its tool calls, in milliseconds. */
  readonly timeoutMs: number;
}

/** One turn of a run, from the first call to the end of its answer. */
interface Turn extends AnsweredTurn {
  /** On the clock of `performance.now()`. */
  readonly began: number;
  readonly limitMs: number;
  /** It took longer than it may. */
  isLate: boolean;
}

/** A call that failed before the turn was complete. */
interface Failure {
  readonly error: unknown;
}

const NO_FALLBACKS: readonly PreparedGeneration[] = [];

/** Those that have come at once together, or one by one. */
type AnswerEvents =
  | ReadyIterator<readonly StreamEvent[]>
  | AsyncIterable<StreamEvent>
  | Iterable<StreamEvent>;

/** Reads until the intake says that it is enough; closes what it has not read to its end. Nothing is awaited for events that are there. */
const readAll = async (events: AnswerEvents, intake: AnswerIntake): Promise<void> => {
  if (!('whenReady' in events)) {
    for await (const event of events) if (!intake.takeAll([event])) return;
    return;
  }
  try {
    for (let batch = events.take(); ; batch = events.take()) {
      if (batch !== undefined) {
        if (!intake.takeAll(batch)) return;
      } else if (events.hasEnded) return;
      else await new Promise<void>((resolve) => events.whenReady(resolve));
    }
  } finally {
    await events.return();
  }
};

const modelOf = (run: GenerationRun): string => run.prepared.resolution.config.name;

/**
 * Asks models for the turns of a run. The only owner of retries: before the first content of a turn the same model is
 * asked again, then its fallbacks; afterwards nothing is asked again.
 */
export class TurnRunner {
  readonly #options: TurnRunnerOptions;

  constructor(options: TurnRunnerOptions) {
    this.#options = options;
  }

  /**
   * Moves the answer to the present turn into the run, and holds it against its schema, if it has one; then, where a better
   * answer is asked for, that one. Never rejects: every failure ends the run.
   */
  run(run: GenerationRun): Promise<void> {
    const asked = run.heldAnswer === null ? this.#askModels(this.#beginTurn(run)) : Promise.resolve();
    // Nothing but this is kept of the call while the model is silent.
    return asked.then(() => this.#afterAnswer(run));
  }

  async #afterAnswer(run: GenerationRun): Promise<void> {
    if (await this.#repairs(run)) await this.run(run);
  }

  #beginTurn(run: GenerationRun): Turn {
    const limitMs = this.#remainingMs(run);
    const keys = new TurnKeys(this.#options.providers, run);
    const turn: Turn = {
      run,
      keys,
      began: performance.now(),
      limitMs,
      isComplete: false,
      isLate: false,
      onToolCalls: this.#awaitToolResults,
    };
    run.setDeadline(limitMs, () => {
      turn.isLate = true;
      run.fail(toGenerationError(new ProviderError('PROVIDER_TIMEOUT', { provider: run.provider })));
    });
    return turn;
  }

  #fail(run: GenerationRun, error: unknown): void {
    const about = { generationId: run.id, model: modelOf(run), provider: run.provider };
    run.fail(reportFailure(error, about, this.#options.log));
  }

  /** Judges the answer that the run holds, if it holds one. Whether another turn has begun for a better one. */
  async #repairs(run: GenerationRun): Promise<boolean> {
    const held = run.heldAnswer;
    if (held === null) return false;
    try {
      const request = run.judge(await this.#options.outputs.check(held.schema, held.text));
      if (request === null) return false;
      const problem = await this.#findObjection(run, request);
      if (run.ended) return false;
      if (problem !== undefined) throw new RequestRejected([problem]);
      this.#options.log.info(
        { generationId: run.id, model: modelOf(run), provider: run.provider },
        'a model is asked for an answer that keeps to its schema',
      );
      run.telemetry.repairRequested(run.snapshot());
      run.resume(request);
      return true;
    } catch (error) {
      if (!run.ended) this.#fail(run, error);
      return false;
    }
  }

  /** What the guards have against the request for a better answer. */
  async #findObjection(run: GenerationRun, request: TextRequest): Promise<Problem | undefined> {
    const { guards } = this.#options;
    if (!guards.judgesRequests) return undefined;
    const { id, caller, metadata, signal } = run;
    return guards.findProblem(
      toGuardedRequest({ ...run.prepared, request }, { source: 'repair', id, metadata }),
      caller,
      { path: ['input'], signals: [signal] },
    );
  }

  /** How long the present turn, or the wait for tool results, may take. */
  #remainingMs(run: GenerationRun): number {
    const { timeoutMs } = run.prepared.limits;
    if (timeoutMs === null) return this.#options.timeoutMs;
    const left = run.createdAt.getTime() + timeoutMs - Date.now();
    return Math.max(0, Math.min(left, this.#options.timeoutMs));
  }

  /**
   * Asks the model of the run, again where that may help, then its fallbacks. Never rejects: a failure ends the run. One function
   * and not one for each loop, since each that waits costs every silent generation half a KiB.
   */
  async #askModels(turn: Turn): Promise<void> {
    const { run } = turn;
    // Later turns hold what only the vendor of the first one can read.
    const fallbacks = run.turnCount === 1 ? run.prepared.fallbacks : NO_FALLBACKS;
    try {
      for (let model = 0; ; model += 1) {
        run.telemetry.turnStarted(run.prepared.resolution.config, run.request);
        let failure = await this.#attempt(turn, false);
        for (let attempt = 1; failure !== undefined; attempt += 1) {
          const waitMs = this.#findRetryWait(turn, attempt, failure);
          if (waitMs === undefined) break;
          if (!(await this.#pause(run, waitMs))) return;
          failure = await this.#attempt(turn, true);
        }
        if (failure === undefined || turn.isComplete || run.isOver) return;
        if (!this.#fallsBack(run, fallbacks[model], failure)) return this.#fail(run, failure.error);
      }
    } catch (error) {
      if (!turn.isComplete && !run.isOver) this.#fail(run, error);
    }
  }

  /** How long to wait before the same model is asked again, in milliseconds; undefined: it is not. */
  #findRetryWait(
    { run, isComplete, began, limitMs }: Turn,
    attempt: number,
    failure: Failure,
  ): number | undefined {
    if (isComplete || run.isOver || run.hasContent) return undefined;
    const error = findModelgraphError(failure.error);
    if (error === undefined) return undefined;
    const elapsedMs = performance.now() - began;
    const plan = this.#options.retry({ attempt, error, elapsedMs, deadlineMs: limitMs });
    if (plan.type === 'give-up') return undefined;
    const { waitMs } = plan;
    this.#options.log.info(
      { generationId: run.id, model: modelOf(run), code: error.code, attempt, waitMs },
      'a provider is asked again',
    );
    run.telemetry.retried(error.code);
    return waitMs;
  }

  /** Whether the run goes on with a fallback; undefined: there is none left. */
  #fallsBack(run: GenerationRun, next: PreparedGeneration | undefined, failure: Failure): boolean {
    const code = findModelgraphError(failure.error)?.code;
    if (next === undefined || code === undefined || !isRetryable(code) || run.hasContent) return false;
    this.#options.log.info(
      { generationId: run.id, model: modelOf(run), fallback: next.resolution.config.name, code },
      'a fallback model is asked',
    );
    run.telemetry.fellBack(code);
    run.fallBack(next, code);
    return true;
  }

  /** Whether the run is still there after a while. */
  async #pause(run: GenerationRun, ms: number): Promise<boolean> {
    try {
      await wait(ms, run.signal);
    } catch (error) {
      if (!run.ended) throw error;
    }
    return !run.ended;
  }

  /** One call of the provider, reported to its health once, however it ends. */
  async #attempt(turn: Turn, isRetry: boolean): Promise<Failure | undefined> {
    const { run } = turn;
    const health = this.#healthFor(run);
    const { provider } = run;
    const admission = health.admit(provider);
    if (admission.type === 'refused')
      return { error: new ProviderCircuitOpen(provider, admission.retryAfterMs) };
    run.priceOn(this.#options.models.today());
    try {
      const { events, isStreamed } = await this.#call(turn);
      const intake = new AnswerIntake(turn, { health, admission, isRetry, isStreamed });
      try {
        await readAll(events, intake);
      } finally {
        intake.chunks.report();
      }
      if (turn.isComplete) return undefined;
      throw new ProviderError('STREAM_TRUNCATED', { provider });
    } catch (thrown) {
      // It broke while it was closed, after its answer was complete.
      if (turn.isComplete) return undefined;
      const error = turn.isLate ? new ProviderError('PROVIDER_TIMEOUT', { provider }) : thrown;
      if (!run.isOver) run.chargeFailure(error);
      const known = findModelgraphError(error);
      const keyId = known === undefined ? undefined : turn.keys.takeFailure(known);
      if (keyId !== undefined) {
        const about = { generationId: run.id, model: modelOf(run), provider, code: known?.code, keyId };
        this.#options.log.info(about, 'a key of a provider cools down, and the next one is used');
        health.release(admission);
        return this.#attempt(turn, true);
      }
      if (known === undefined || (run.isOver && !turn.isLate)) health.release(admission);
      else health.recordFailure(admission, known);
      return run.isOver ? undefined : { error };
    }
  }

  #healthFor({ callerKeys, provider }: GenerationRun): CallHealth {
    return callerKeys.covers(provider) ? UNWATCHED_HEALTH : this.#options.health;
  }

  /** Ends a generation whose tool results do not come in time. */
  readonly #awaitToolResults = (run: GenerationRun): void => {
    run.setDeadline(this.#remainingMs(run), () => run.cancel());
    run.callerKeys.drop();
    run.telemetry.actionRequired(run.snapshot());
  };

  /** Calls the provider of a run. Streamed also where only the end is waited for: what came before a failure is kept. */
  async #call(turn: Turn): Promise<{
    readonly isStreamed: boolean;
    readonly events: AnswerEvents;
  }> {
    const { run } = turn;
    const { signal } = run;
    const { config } = run.prepared.resolution;
    const { providers } = this.#options;
    const callerKeys = run.callerKeys.take(config.provider);
    const key = turn.keys.choose();
    const provider = run.callerKeys.covers(config.provider)
      ? await providers.forCaller(callerKeys).getTextProvider(config)
      : await providers.getTextProviderWith(config, key);
    const request = await resolveMedia(run.request, config, this.#options.fetchMedia, signal);
    if (run.allowance.isLimited) await run.coverCall();
    if (run.ended) return { isStreamed: false, events: [] };
    if (config.streaming) {
      run.start('stream');
      const stream = provider.stream(request, { signal });
      return { isStreamed: true, events: stream.batches?.() ?? stream };
    }
    run.start('wait');
    return { isStreamed: false, events: streamOf(await provider.generate(request, { signal })) };
  }
}
