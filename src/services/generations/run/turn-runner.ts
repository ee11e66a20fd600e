import { findModelgraphError, isRetryable, ProviderError } from '../../../core/errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { type StreamEvent, streamOf } from '../../../core/stream-event.ts';
import { wait } from '../../../lib/wait.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import { type CircuitBreakers, ProviderHeldBack } from '../../providers/circuit-breaker.ts';
import { reportFailure } from '../../report-failure.ts';
import type { GenerationRun } from './generation-run.ts';
import type { ProviderHealthService } from '../../providers/provider-health.ts';
import { type FetchMedia, resolveMedia } from '../../media/resolve-media.ts';
import type { RetryPolicy } from './retry.ts';

export interface TurnRunnerOptions {
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly breakers: CircuitBreakers;
  readonly retry: RetryPolicy;
  readonly fetchMedia: FetchMedia;
  readonly log: ServiceLog;
  /** Longest time for one answer of the provider, and for the results of its tool calls, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest time from a call to the first content of a streamed answer, in milliseconds. */
  readonly firstDeltaTimeoutMs: number;
}

/** One turn of a run while it is asked for. */
interface Turn {
  readonly run: GenerationRun;
  /** On the clock of `performance.now()`. */
  readonly began: number;
  readonly limitMs: number;
  /** Its whole answer has come; what is still being closed concerns nobody. */
  complete: boolean;
  /** It took longer than it may. */
  isLate: boolean;
  /** Stops the clock. */
  readonly settle: () => void;
}

/** What a provider gives; a streamed answer may fall silent before its first content. */
interface Answer {
  readonly isStreamed: boolean;
  readonly events: AsyncIterable<StreamEvent> | Iterable<StreamEvent>;
}

/**
 * Asks models for the turns of a run. The only owner of retries: before the first content of a turn the same model is
 * asked again, then its fallbacks; afterwards nothing is asked again.
 */
export class TurnRunner {
  readonly #options: TurnRunnerOptions;

  constructor(options: TurnRunnerOptions) {
    this.#options = options;
  }

  /** Moves the answer to the present turn into the run. Never rejects: every failure ends the run. */
  async run(run: GenerationRun): Promise<void> {
    const limitMs = this.#remainingMs(run);
    const turn: Turn = {
      run,
      began: performance.now(),
      limitMs,
      complete: false,
      isLate: false,
      settle: () => clearTimeout(clock),
    };
    const clock = setTimeout(() => {
      turn.isLate = true;
      run.fail(toGenerationError(new ProviderError('PROVIDER_TIMEOUT', { provider: run.provider })));
    }, limitMs);
    void run.finished.then(turn.settle);
    const failure = await this.#askModels(turn);
    turn.settle();
    if (failure === undefined || turn.complete || run.ended) return;
    const { id: generationId, provider } = run;
    const model = run.prepared.resolution.config.name;
    run.fail(reportFailure(failure.error, { generationId, model, provider }, this.#options.log));
  }

  /** How long the present turn, or the wait for tool results, may take. */
  #remainingMs(run: GenerationRun): number {
    const { timeoutMs } = run.prepared.limits;
    if (timeoutMs === null) return this.#options.timeoutMs;
    const left = run.createdAt.getTime() + timeoutMs - Date.now();
    return Math.max(0, Math.min(left, this.#options.timeoutMs));
  }

  async #askModels(turn: Turn): Promise<{ readonly error: unknown } | undefined> {
    const { run } = turn;
    // Later turns hold what only the vendor of the first one can read.
    const fallbacks = run.isFirstTurn ? [...run.prepared.fallbacks] : [];
    for (;;) {
      const failure = await this.#askModel(turn);
      const code = findModelgraphError(failure?.error)?.code;
      const next = fallbacks.shift();
      const final = next === undefined || code === undefined || !isRetryable(code) || run.hasContent;
      if (failure === undefined || turn.complete || run.ended || final) return failure;
      this.#options.log.info(
        {
          generationId: run.id,
          model: run.prepared.resolution.config.name,
          fallback: next.resolution.config.name,
          code,
        },
        'a fallback model is asked',
      );
      run.telemetry.fellBack(code);
      run.fallBack(next, code);
    }
  }

  async #askModel(turn: Turn): Promise<{ readonly error: unknown } | undefined> {
    const { run } = turn;
    run.telemetry.turnStarted(run.prepared.resolution.config);
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#attempt(turn, attempt > 1);
      if (failure === undefined || turn.complete || run.ended || run.hasContent) return failure;
      const error = findModelgraphError(failure.error);
      if (error === undefined) return failure;
      const plan = this.#options.retry({
        attempt,
        error,
        elapsedMs: performance.now() - turn.began,
        deadlineMs: turn.limitMs,
      });
      if (plan.type === 'give-up') return failure;
      this.#options.log.info(
        {
          generationId: run.id,
          model: run.prepared.resolution.config.name,
          code: error.code,
          attempt,
          waitMs: plan.waitMs,
        },
        'a provider is asked again',
      );
      run.telemetry.retried(error.code);
      if (!(await this.#pause(run, plan.waitMs))) return undefined;
    }
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

  /** One call of the provider, told to the breaker and to its health, whatever comes of it. */
  async #attempt(turn: Turn, isRetry: boolean): Promise<{ readonly error: unknown } | undefined> {
    const { run } = turn;
    const { breakers, health } = this.#options;
    const { provider } = run;
    const admission = breakers.admit(provider);
    if (admission.type === 'refused')
      return { error: new ProviderHeldBack(provider, admission.retryAfterMs) };
    const own = new AbortController();
    const stop = (): void => own.abort(run.signal.reason);
    run.signal.addEventListener('abort', stop);
    if (run.signal.aborted) stop();
    let patience: NodeJS.Timeout | undefined;
    try {
      const answer = await this.#ask(run, own.signal);
      if (answer.isStreamed)
        patience = setTimeout(
          () => own.abort(new ProviderError('PROVIDER_TIMEOUT', { provider })),
          this.#options.firstDeltaTimeoutMs,
        );
      for await (const event of answer.events) {
        if (run.ended) break;
        if (turn.complete || (isRetry && event.type === 'warning' && run.hasWarning(event.warning))) continue;
        const isFirst = !run.hasContent;
        run.take(event);
        if (isFirst && run.hasContent) {
          clearTimeout(patience);
          breakers.recordFirstDelta(admission);
        }
        if (event.type !== 'finish') continue;
        turn.complete = true;
        turn.settle();
        breakers.recordSuccess(admission);
        if (run.awaitedToolCalls.length > 0) this.#awaitToolResults(run);
      }
      if (!turn.complete && (!run.ended || turn.isLate))
        throw new ProviderError('STREAM_TRUNCATED', { provider });
      if (!turn.complete) breakers.release(admission);
      return undefined;
    } catch (thrown) {
      const late = turn.isLate ? new ProviderError('PROVIDER_TIMEOUT', { provider }) : undefined;
      const error = late ?? (own.signal.aborted ? (own.signal.reason as unknown) : thrown);
      const known = findModelgraphError(error);
      if (turn.complete) return undefined;
      if ((run.ended && !turn.isLate) || known === undefined) breakers.release(admission);
      else {
        breakers.recordFailure(admission, known);
        health.recordFailure(provider, known.code);
      }
      return run.ended ? undefined : { error };
    } finally {
      clearTimeout(patience);
      run.signal.removeEventListener('abort', stop);
    }
  }

  /** Ends a generation whose tool results never come. */
  #awaitToolResults(run: GenerationRun): void {
    const awaited = run.awaitedToolCalls;
    run.telemetry.actionRequired(run.snapshot());
    const deadline = setTimeout(() => {
      // A later turn may wait again, with a deadline of its own.
      if (run.awaitedToolCalls[0] === awaited[0]) run.cancel();
    }, this.#remainingMs(run));
    void run.finished.then(() => clearTimeout(deadline));
  }

  /** Calls the provider of a run. Streamed for whoever only waits, too: what came before a failure is kept. */
  async #ask(run: GenerationRun, signal: AbortSignal): Promise<Answer> {
    const { config } = run.prepared.resolution;
    const provider = await this.#options.providers.getTextProvider(config);
    const request = await resolveMedia(run.request, config, this.#options.fetchMedia, signal);
    if (run.ended) return { isStreamed: false, events: [] };
    if (config.streaming) {
      run.start('stream');
      return { isStreamed: true, events: provider.stream(request, { signal }) };
    }
    run.start('wait');
    return { isStreamed: false, events: streamOf(await provider.generate(request, { signal })) };
  }
}
