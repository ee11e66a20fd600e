import type { GenerationEvent } from '../core/generation-event.ts';
import type {
  Citation,
  FinishReason,
  Generation,
  GenerationError,
  GenerationStatus,
  ToolCall,
  Warning,
} from '../core/generation.ts';
import type { JsonValue } from '../core/json.ts';
import type { FinishEvent, StreamEvent } from '../core/stream-event.ts';
import type { ToolMessage } from '../core/message.ts';
import type { TextRequest } from '../core/text-request.ts';
import { addUsage, type Cost, type Usage } from '../core/usage.ts';
import { costOf } from './cost.ts';
import { GenerationLog } from './generation-log.ts';
import { GenerationTurn } from './generation-turn.ts';
import type { PreparedGeneration } from './preview.ts';

/** How the provider is called: `stream` gives deltas as they come, `wait` asks for the whole answer at once. */
export type CallMode = 'stream' | 'wait';

export interface GenerationOrigin {
  readonly id: string;
  readonly principalId: string;
  readonly prepared: PreparedGeneration;
  readonly metadata: JsonValue | null;
  readonly createdAt: Date;
}

type End =
  | { readonly status: 'completed'; readonly finish: FinishEvent }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: GenerationError };

/** A provider counts from the start of its own turn's text, a generation from the start of all of it. */
const moveCitation = (citation: Citation, by: number): Citation => ({
  ...citation,
  startIndex: citation.startIndex === null ? null : citation.startIndex + by,
  endIndex: citation.endIndex === null ? null : citation.endIndex + by,
});

const sameUsage = (a: Usage | null, b: Usage | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * One live generation: its state, its log and the signal that stops its upstream call. It lives apart from whoever
 * follows it. The log begins with `GenerationStarted`, ends with one terminal event, and nothing follows that.
 */
export class GenerationRun {
  readonly id: string;
  readonly principalId: string;
  readonly prepared: PreparedGeneration;
  /** Resolves with the final state; never rejects. */
  readonly finished: Promise<Generation>;
  /** Resolves as soon as there is nothing to wait for: it has ended, or it wants tool results. Never rejects. */
  readonly settled: Promise<Generation>;
  readonly #origin: GenerationOrigin;
  readonly #log: GenerationLog;
  readonly #upstream = new AbortController();
  readonly #finish: (generation: Generation) => void;
  readonly #settle: (generation: Generation) => void;
  #turn: GenerationTurn;
  /** The end of a turn whose tool calls wait for their results. */
  #awaiting: FinishEvent | null = null;
  /** Of the turns before this one. */
  #usageBefore: Usage | null = null;
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  #textLength = 0;
  #reasoningLength = 0;
  readonly #toolCalls: ToolCall[] = [];
  readonly #citations: Citation[] = [];
  readonly #warnings: Warning[] = [];
  #status: GenerationStatus = 'queued';
  #usage: Usage | null = null;
  #cost: Cost | null = null;
  #finishReason: FinishReason | null = null;
  #rawFinishReason: string | null = null;
  #error: GenerationError | null = null;
  #startedAt: Date | null = null;
  #startedTick: number | null = null;
  #firstDeltaMs: number | null = null;
  #completedAt: Date | null = null;
  #output: JsonValue | null = null;
  #final: Generation | null = null;

  constructor(origin: GenerationOrigin) {
    this.id = origin.id;
    this.principalId = origin.principalId;
    this.prepared = origin.prepared;
    this.#origin = origin;
    this.#log = new GenerationLog(origin.id);
    this.#turn = new GenerationTurn(origin.prepared.request, 0);
    const finished = Promise.withResolvers<Generation>();
    this.finished = finished.promise;
    this.#finish = finished.resolve;
    const settled = Promise.withResolvers<Generation>();
    this.settled = settled.promise;
    this.#settle = settled.resolve;
    this.#log.append({ type: 'GenerationStarted', resolution: origin.prepared.resolution });
    for (const warning of origin.prepared.warnings) this.#warn(warning);
  }

  /** Aborted as soon as the run ends for another reason than its upstream's own end. */
  get signal(): AbortSignal {
    return this.#upstream.signal;
  }

  get provider(): string {
    return this.prepared.resolution.config.provider;
  }

  /** What the provider is to be asked in the present turn. */
  get request(): TextRequest {
    return this.#turn.request;
  }

  /** The calls whose results it waits for; empty while it does not. */
  get awaitedToolCalls(): readonly ToolCall[] {
    return this.#awaiting === null ? [] : this.#turn.pendingToolCalls;
  }

  get ended(): boolean {
    return this.#completedAt !== null;
  }

  /** Every event after a sequence, then the live ones. Ending the iterator detaches; it does not cancel. */
  follow(after = 0): AsyncIterableIterator<GenerationEvent, undefined, undefined> {
    return this.#log.follow(after);
  }

  /** The provider is about to be called, for deltas or for the whole answer at once. */
  start(mode: CallMode): void {
    this.#status = 'running';
    this.#startedAt ??= new Date();
    if (mode === 'stream') this.#startedTick ??= performance.now();
  }

  /** Begins the next turn with the results of the awaited tool calls; the log, its numbers and its followers go on. */
  resume(results: readonly ToolMessage[]): void {
    if (this.#awaiting === null) throw new TypeError('the generation does not wait for tool results');
    this.#turn = new GenerationTurn(this.#turn.toNextRequest(this.#awaiting, results), this.#textLength);
    this.#awaiting = null;
    this.#usageBefore = this.#usage;
    this.#finishReason = null;
    this.#rawFinishReason = null;
    this.#status = 'running';
  }

  /** Takes one event of the provider into the state and the log. Ignored once the run has ended. */
  take(event: StreamEvent): void {
    if (this.ended) return;
    switch (event.type) {
      case 'text-delta':
        this.#noteFirstDelta();
        this.#log.append({ type: 'TextDelta', offset: this.#textLength, text: event.text });
        this.#text.push(event.text);
        this.#turn.addText(event.text);
        this.#textLength += event.text.length;
        return;
      case 'reasoning-delta':
        this.#noteFirstDelta();
        this.#log.append({ type: 'ReasoningDelta', offset: this.#reasoningLength, text: event.text });
        this.#reasoning.push(event.text);
        this.#turn.addReasoning(event.text);
        this.#reasoningLength += event.text.length;
        return;
      case 'tool-call-delta': {
        this.#noteFirstDelta();
        const { callId, name, argumentsDelta } = event;
        this.#log.append({ type: 'ToolCallDelta', callId, name, argumentsDelta });
        return;
      }
      case 'tool-call':
        this.#noteFirstDelta();
        this.#toolCalls.push(event.toolCall);
        this.#turn.addToolCall(event.toolCall);
        this.#log.append({ type: 'ToolCallReady', toolCall: event.toolCall });
        return;
      case 'citation': {
        const citation = moveCitation(event.citation, this.#turn.textStart);
        this.#citations.push(citation);
        this.#log.append({ type: 'CitationAdded', citation });
        return;
      }
      case 'usage':
        this.#noteUsage(event.usage);
        return;
      case 'warning':
        this.#warn(event.warning);
        return;
      case 'finish':
        if (event.usage !== null) this.#noteUsage(event.usage);
        if (event.reason === 'tool-calls' && this.#turn.pendingToolCalls.length > 0)
          this.#requireAction(event);
        else this.#end({ status: 'completed', finish: event });
        return;
    }
  }

  /** Ends the log with `GenerationFailed` and closes the upstream socket. Ignored once the run has ended. */
  fail(error: GenerationError): void {
    this.#end({ status: 'failed', error });
  }

  /** Ends the log with `GenerationCancelled` and closes the upstream socket, in every phase. Usage so far is kept. */
  cancel(): void {
    this.#end({ status: 'cancelled' });
  }

  /** The state at this moment. */
  snapshot(): Generation {
    if (this.#final !== null) return this.#final;
    return {
      id: this.id,
      principalId: this.principalId,
      status: this.#status,
      resolution: this.prepared.resolution,
      text: this.#text.join(''),
      reasoning: this.#reasoningLength === 0 ? null : this.#reasoning.join(''),
      toolCalls: [...this.#toolCalls],
      citations: [...this.#citations],
      output: this.#status === 'completed' ? this.#output : null,
      finishReason: this.#finishReason,
      rawFinishReason: this.#rawFinishReason,
      usage: this.#usage,
      cost: this.#cost,
      warnings: [...this.#warnings],
      error: this.#error,
      metadata: this.#origin.metadata,
      lastSequence: this.#log.lastSequence,
      createdAt: this.#origin.createdAt,
      startedAt: this.#startedAt,
      completedAt: this.#completedAt,
      firstDeltaMs: this.#firstDeltaMs,
    };
  }

  #noteFirstDelta(): void {
    if (this.#startedTick !== null) this.#firstDeltaMs ??= performance.now() - this.#startedTick;
  }

  #requireAction(finish: FinishEvent): void {
    this.#awaiting = finish;
    this.#status = 'requires-action';
    this.#finishReason = finish.reason;
    this.#rawFinishReason = finish.rawReason;
    this.#log.append({ type: 'ActionRequired', toolCalls: this.#turn.pendingToolCalls });
    this.#settle(this.snapshot());
  }

  #noteUsage(turnUsage: Usage): void {
    const usage = addUsage(this.#usageBefore, turnUsage);
    if (sameUsage(usage, this.#usage)) return;
    this.#usage = usage;
    this.#cost = costOf(usage, this.prepared.resolution.config.pricing);
    this.#log.append({ type: 'UsageUpdated', usage, cost: this.#cost });
  }

  #warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.#log.append({ type: 'WarningRaised', warning });
  }

  #end(end: End): void {
    if (this.ended) return;
    if (end.status === 'completed') this.#noteCompletion(end.finish);
    if (end.status === 'failed') this.#error = end.error;
    this.#awaiting = null;
    this.#status = end.status;
    this.#completedAt = new Date();
    // The terminal event is part of the log that its generation counts.
    const generation = { ...this.snapshot(), lastSequence: this.#log.lastSequence + 1 };
    this.#final = generation;
    switch (end.status) {
      case 'completed':
        this.#log.append({ type: 'GenerationCompleted', finishReason: end.finish.reason, generation });
        break;
      case 'cancelled':
        this.#log.append({ type: 'GenerationCancelled', generation });
        break;
      case 'failed':
        this.#log.append({ type: 'GenerationFailed', error: end.error, generation });
        break;
    }
    this.#log.end();
    if (end.status !== 'completed') this.#upstream.abort();
    this.#finish(generation);
    this.#settle(generation);
  }

  #noteCompletion(finish: FinishEvent): void {
    this.#finishReason = finish.reason;
    this.#rawFinishReason = finish.rawReason;
    this.#noteOutput();
    const reasoned = this.#reasoningLength > 0 || (this.#usage?.reasoningTokens ?? 0) > 0;
    if (finish.reason === 'length' && this.#textLength === 0 && reasoned)
      this.#warn({
        code: 'OUTPUT_BUDGET_SPENT_ON_REASONING',
        message:
          'The whole output limit went into reasoning and no text was written. Raise maxOutputTokens or lower the effort.',
        path: ['input', 'maxOutputTokens'],
        from: this.prepared.request.maxOutputTokens,
        to: null,
      });
  }

  #noteOutput(): void {
    // What was said before tool calls is no part of the answer.
    const { request, text } = this.#turn;
    if (request.output.type === 'text' || text === '') return;
    try {
      this.#output = JSON.parse(text) as JsonValue;
    } catch {
      this.#warn({
        code: 'PROVIDER_WARNING',
        message: 'JSON was asked for, and the text is none: output is null.',
        path: ['input', 'output'],
        from: null,
        to: null,
      });
    }
  }
}
