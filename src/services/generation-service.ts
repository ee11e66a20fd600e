import { randomUUID } from 'node:crypto';
import {
  ERROR_CODES,
  type ErrorCode,
  findModelgraphError,
  isRetryable,
  ModelgraphError,
  type Problem,
  ProviderError,
  RequestRejected,
} from '../core/errors.ts';
import type { GenerateInput } from '../core/generate-input.ts';
import type { GenerationEvent } from '../core/generation-event.ts';
import type { Generation, GenerationError } from '../core/generation.ts';
import type { ToolMessage } from '../core/message.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { type StreamEvent, streamOf } from '../core/stream-event.ts';
import { redactKeys } from '../lib/redact-keys.ts';
import type { ModelRegistry } from '../registry/model-registry.ts';
import type { ProviderFactory } from '../registry/provider-factory.ts';
import { checkToolResults } from './check-tool-results.ts';
import { GenerationFailure } from './generation-failure.ts';
import { GenerationHistory, type HistoryLimits } from './generation-history.ts';
import { type CallMode, GenerationRun } from './generation-run.ts';
import { type GenerationPreview, previewGeneration } from './preview.ts';
import type { ProviderHealthService } from './provider-health.ts';
import { type FetchMedia, resolveMedia } from './resolve-media.ts';

export interface GenerationServiceOptions {
  readonly models: ModelRegistry;
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly log: ServiceLog;
  /** Longest time for one answer of the provider, and for the results of its tool calls, in milliseconds. */
  readonly timeoutMs: number;
  readonly fetchMedia: FetchMedia;
  readonly history: HistoryLimits;
}

/** Failures that are not about what was asked, so that the vendor's words about them do not quote it. */
const quotesNobody = (code: ErrorCode): boolean =>
  code === 'PROVIDER_AUTHENTICATION' || code === 'PROVIDER_RATE_LIMITED' || code === 'PROVIDER_OVERLOADED';

const isProblemList = (problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] =>
  problems.length > 0;

const toGenerationError = (error: ModelgraphError): GenerationError => ({
  code: error.code,
  message: error.message,
  retryable: isRetryable(error.code),
  retryAfterMs: error instanceof ProviderError ? error.retryAfterMs : null,
  provider: error instanceof ProviderError ? error.provider : null,
  providerStatus: error instanceof ProviderError ? error.providerStatus : null,
});

/** Starts generations, lets them be followed, awaited and cancelled, and knows those of this process. */
export class GenerationService {
  readonly #options: GenerationServiceOptions;
  readonly #history: GenerationHistory;
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
   * called; later failures are events. Ending the iterator, or aborting `signal`, cancels the generation at once.
   */
  stream(
    input: GenerateInput,
    principalId: string,
    signal: AbortSignal,
  ): AsyncIterableIterator<GenerationEvent, undefined, undefined> {
    const run = this.#start(input, principalId, signal);
    const events = run.follow();
    const leave = (): Promise<IteratorResult<GenerationEvent, undefined>> => {
      run.cancel();
      return events.return?.() ?? Promise.resolve({ done: true, value: undefined });
    };
    return {
      next: () => events.next(),
      return: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Starts a generation and waits for its end, or for the tool calls it wants results of; throws `GenerationFailure`
   * when it failed or was cancelled.
   */
  async generate(input: GenerateInput, principalId: string, signal: AbortSignal): Promise<Generation> {
    const generation = await this.#start(input, principalId, signal).settled;
    if (generation.status === 'completed' || generation.status === 'requires-action') return generation;
    throw new GenerationFailure(
      generation.id,
      generation.error ??
        toGenerationError(new ModelgraphError('GENERATION_CANCELLED', 'The generation was cancelled.')),
    );
  }

  /**
   * Goes on with a generation that waits for tool results: same id, same log, same followers. Throws `NOT_FOUND` for a
   * generation that is unknown or another principal's, `INVALID_REQUEST` for results that do not fit.
   */
  submitToolResults(id: string, results: readonly ToolMessage[], principalId: string): Generation {
    const run = this.#history.findLive(id);
    const refuse = (code: ErrorCode, message: string): never => {
      throw new RequestRejected([{ code, message, path: ['generationId'], allowed: null, suggestion: null }]);
    };
    if (this.findGeneration(id, principalId) === undefined)
      return refuse('NOT_FOUND', `There is no generation "${id}".`);
    if (run === undefined || run.awaitedToolCalls.length === 0)
      return refuse('INVALID_REQUEST', 'The generation does not wait for tool results.');
    checkToolResults(results, run.awaitedToolCalls);
    run.resume(results);
    void this.#pump(run);
    return run.snapshot();
  }

  /** One of this process's generations; undefined when it is unknown, forgotten or another principal's. */
  findGeneration(id: string, principalId: string): Generation | undefined {
    const generation = this.#history.find(id);
    return generation?.principalId === principalId ? generation : undefined;
  }

  /** Generations that have not ended. */
  get liveCount(): number {
    return this.#history.live().length;
  }

  /**
   * Refuses new generations, lets the running ones end for `graceMs`, then ends the rest with a terminal event.
   * Resolves when none is left.
   */
  async shutdown(graceMs: number): Promise<void> {
    this.#closing = true;
    const live = this.#history.live();
    const timer = setTimeout(() => {
      for (const run of live)
        run.fail(
          toGenerationError(
            new ModelgraphError(
              'GENERATION_INTERRUPTED',
              'The server shut down before the generation was complete.',
            ),
          ),
        );
    }, graceMs);
    await Promise.all(live.map((run) => run.finished));
    clearTimeout(timer);
  }

  #start(input: GenerateInput, principalId: string, signal: AbortSignal): GenerationRun {
    if (this.#closing)
      throw new ModelgraphError(
        'GENERATION_INTERRUPTED',
        'The server is shutting down. Send the request again.',
      );
    const { prepared, problems } = this.preview(input);
    if (isProblemList(problems)) throw new RequestRejected(problems);
    if (prepared === null) throw new TypeError('a preview without problems has nothing prepared');
    const run = new GenerationRun({
      id: `gen_${randomUUID().replaceAll('-', '')}`,
      principalId,
      prepared,
      metadata: input.metadata,
      createdAt: new Date(),
    });
    this.#history.add(run);
    const leave = (): void => run.cancel();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    void run.finished.then((generation) => {
      signal.removeEventListener('abort', leave);
      this.#finish(run, generation);
    });
    void this.#pump(run);
    return run;
  }

  /** Moves the provider's events into the run. Never rejects: every failure ends the run. */
  async #pump(run: GenerationRun): Promise<void> {
    const deadline = setTimeout(
      () => run.fail(toGenerationError(new ProviderError('PROVIDER_TIMEOUT', { provider: run.provider }))),
      this.#options.timeoutMs,
    );
    // While the rest of a complete turn is still being closed, the next one may have begun: it must not be touched.
    let complete = false;
    try {
      for await (const event of this.#events(run)) {
        if (run.ended) break;
        if (complete) continue;
        run.take(event);
        if (event.type !== 'finish') continue;
        complete = true;
        clearTimeout(deadline);
        if (run.awaitedToolCalls.length > 0) this.#awaitToolResults(run);
      }
      if (!complete && !run.ended)
        this.#fail(run, new ProviderError('STREAM_TRUNCATED', { provider: run.provider }));
    } catch (error) {
      if (!complete && !run.ended) this.#fail(run, error);
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Ends a generation whose tool results never come. */
  #awaitToolResults(run: GenerationRun): void {
    const awaited = run.awaitedToolCalls;
    const deadline = setTimeout(() => {
      // A later turn may wait again, with a deadline of its own.
      if (run.awaitedToolCalls[0] === awaited[0]) run.cancel();
    }, this.#options.timeoutMs);
    void run.finished.then(() => clearTimeout(deadline));
  }

  async *#events(run: GenerationRun): AsyncGenerator<StreamEvent> {
    const { config } = run.prepared.resolution;
    const { signal } = run;
    const provider = await this.#options.providers.getTextProvider(config);
    const request = await resolveMedia(run.request, config, this.#options.fetchMedia, signal);
    if (run.ended) return;
    // Streamed for whoever only waits, too: what came before a failure is kept, and a silent provider is noticed.
    const mode: CallMode = config.streaming ? 'stream' : 'wait';
    run.start(mode);
    if (mode === 'wait') yield* streamOf(await provider.generate(request, { signal }));
    else yield* provider.stream(request, { signal });
  }

  #fail(run: GenerationRun, error: unknown): void {
    const known = findModelgraphError(error);
    const fields = {
      generationId: run.id,
      model: run.prepared.resolution.config.name,
      provider: run.provider,
      code: known?.code ?? 'INTERNAL',
    };
    if (known === undefined) {
      this.#options.log.error({ ...fields, err: error }, 'a generation failed on a defect of this server');
      run.fail(
        toGenerationError(new ModelgraphError('INTERNAL', 'The server failed to complete the generation.')),
      );
      return;
    }
    const details =
      known instanceof ProviderError
        ? {
            providerStatus: known.providerStatus,
            requestId: known.requestId,
            vendorMessage: quotesNobody(known.code) ? redactKeys(known.vendorMessage) : null,
          }
        : {};
    const write = ERROR_CODES[known.code].expected ? 'info' : 'warn';
    this.#options.log[write]({ ...fields, ...details }, 'a generation failed');
    if (known instanceof ProviderError && known.vendorMessage !== null && !quotesNobody(known.code))
      this.#options.log.debug(
        { ...fields, vendorMessage: redactKeys(known.vendorMessage) },
        "a provider's own words about a failure",
      );
    run.fail(toGenerationError(known));
  }

  #finish(run: GenerationRun, generation: Generation): void {
    this.#history.finish(generation);
    const { status, error, usage, firstDeltaMs } = generation;
    if (status === 'completed') this.#options.health.recordSuccess(run.provider, firstDeltaMs);
    if (error !== null) this.#options.health.recordFailure(run.provider, error.code);
    this.#options.log.info(
      {
        generationId: run.id,
        model: generation.resolution.config.name,
        provider: run.provider,
        status,
        code: error?.code,
        finishReason: generation.finishReason,
        firstDeltaMs,
        inputTokens: usage?.inputTokens,
        outputTokens: usage?.outputTokens,
      },
      'a generation ended',
    );
  }
}
