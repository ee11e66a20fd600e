import { isDeepStrictEqual } from 'node:util';
import type { UnplacedEvent } from '../../../core/generation-event.ts';
import type {
  Citation,
  FinishReason,
  Generation,
  GenerationError,
  GenerationStatus,
  ToolCall,
  Warning,
} from '../../../core/generation.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import { withFallback } from '../../../core/resolution.ts';
import type { FinishEvent, StreamEvent } from '../../../core/stream-event.ts';
import type { ToolMessage } from '../../../core/message.ts';
import { type GenerationTelemetry, NO_TELEMETRY } from '../../../core/telemetry.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { Pricing } from '../../../core/model-config.ts';
import type { Usage } from '../../../core/usage.ts';
import { GenerationLog } from '../events/event-log.ts';
import { GenerationTurn } from './generation-turn.ts';
import { budgetSpentWarning, fallbackWarning, noJsonWarning } from './generation-warnings.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import { UsageMeter } from './usage-meter.ts';

/** How the provider is called: `stream` gives deltas as they come, `wait` asks for the whole answer at once. */
export type CallMode = 'stream' | 'wait';

export interface GenerationOrigin {
  readonly id: string;
  readonly principalId: string;
  readonly prepared: PreparedGeneration;
  readonly metadata: JsonValue | null;
  readonly createdAt: Date;
  /** Called after each change of the log or the status. */
  readonly onChange?: () => void;
  readonly telemetry?: GenerationTelemetry;
}

type End =
  | { readonly status: 'completed'; readonly finish: FinishEvent }
  | { readonly status: 'completed'; readonly finish: null }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: GenerationError };

/**
 * One live generation: its state, its log and the signal that stops its upstream call. It lives apart from whoever
 * follows it. The log begins with `GenerationStarted`, ends with one terminal event, and nothing follows that.
 */
export class GenerationRun {
  readonly id: string;
  readonly principalId: string;
  readonly createdAt: Date;
  readonly telemetry: GenerationTelemetry;
  /** Resolves with the final state; never rejects. */
  readonly finished: Promise<Generation>;
  readonly #origin: GenerationOrigin;
  readonly #log: GenerationLog;
  readonly #upstream = new AbortController();
  readonly #finish: (generation: Generation) => void;
  #deadline: NodeJS.Timeout | undefined;
  #settling = Promise.withResolvers<Generation>();
  #prepared: PreparedGeneration;
  #turn: GenerationTurn;
  #turnCount = 1;
  #hasContent = false;
  /** The end of a turn whose tool calls wait for their results. */
  #awaiting: FinishEvent | null = null;
  readonly #meter = new UsageMeter();
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  #textLength = 0;
  #reasoningLength = 0;
  readonly #toolCalls: ToolCall[] = [];
  readonly #citations: Citation[] = [];
  readonly #warnings: Warning[] = [];
  #status: GenerationStatus = 'queued';
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
    this.createdAt = origin.createdAt;
    this.#prepared = origin.prepared;
    this.#origin = origin;
    this.telemetry =
      origin.telemetry ?? NO_TELEMETRY.generationStarted(origin.id, origin.prepared.resolution.config, 0);
    this.#log = new GenerationLog(origin.id);
    this.#turn = new GenerationTurn(origin.prepared.request, 0);
    const finished = Promise.withResolvers<Generation>();
    this.finished = finished.promise;
    this.#finish = finished.resolve;
    this.#append({ type: 'GenerationStarted', resolution: origin.prepared.resolution });
    for (const warning of origin.prepared.warnings) this.#warn(warning);
  }

  /** Aborted as soon as the run ends for another reason than its upstream's own end. */
  get signal(): AbortSignal {
    return this.#upstream.signal;
  }

  /** Resolves as soon as there is nothing to wait for: it has ended, or it wants tool results. Never rejects. */
  get settled(): Promise<Generation> {
    return this.#settling.promise;
  }

  /** What the model at work was prepared with: the first one's, or a fallback's. */
  get prepared(): PreparedGeneration {
    return this.#prepared;
  }

  get provider(): string {
    return this.#prepared.resolution.config.provider;
  }

  /** Whether anything of the present turn's answer has come, so that asking again would repeat it. */
  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** Whether the first answer is still awaited, so that another model may give it. */
  get isFirstTurn(): boolean {
    return this.#turnCount === 1;
  }

  get log(): GenerationLog {
    return this.#log;
  }

  /** What the provider is to be asked in the present turn. */
  get request(): TextRequest {
    return this.#turn.request;
  }

  /** The calls whose results it waits for; empty while it does not. */
  get awaitedToolCalls(): readonly ToolCall[] {
    return this.#awaiting === null ? [] : this.#turn.pendingToolCalls;
  }

  /** Whether the same has been warned of before. */
  hasWarning(warning: Warning): boolean {
    return this.#warnings.some((known) => isDeepStrictEqual(known, warning));
  }

  /** Has something done after a while unless the run ends before, in place of what was to be done before. */
  setDeadline(ms: number, handle: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(handle, ms);
  }

  get status(): GenerationStatus {
    return this.#status;
  }

  get ended(): boolean {
    return this.#completedAt !== null;
  }

  /** Lets another model answer, of which nothing has come yet, and says so. */
  fallBack(to: PreparedGeneration, because: ErrorCode): void {
    const from = this.#prepared.resolution;
    this.#prepared = { ...to, resolution: withFallback(from, to.resolution) };
    this.#turn = new GenerationTurn(to.request, 0);
    this.#meter.forgetTurn();
    this.#startedTick = null;
    this.#warn(fallbackWarning(from.config.name, to.resolution.config.name, because));
    for (const warning of to.warnings) this.#warn(warning);
  }

  /** The provider is about to be called, for deltas or for the whole answer at once. */
  start(mode: CallMode): void {
    this.#status = 'running';
    this.#startedAt ??= new Date();
    if (mode === 'stream') this.#startedTick ??= performance.now();
  }

  /**
   * Begins the next turn with the results of the awaited tool calls; the log, its numbers and its followers go on. Ends
   * the run where that would cost more than it may.
   */
  resume(results: readonly ToolMessage[]): void {
    if (this.#awaiting === null) throw new TypeError('the generation does not wait for tool results');
    this.#turn = new GenerationTurn(this.#turn.toNextRequest(this.#awaiting, results), this.#textLength);
    this.#awaiting = null;
    this.#turnCount += 1;
    this.#hasContent = false;
    this.#settling = Promise.withResolvers();
    this.#meter.startNextTurn();
    this.#finishReason = null;
    this.#rawFinishReason = null;
    if (this.#costsTooMuch()) return this.#end({ status: 'completed', finish: null });
    this.#status = 'running';
    this.#origin.onChange?.();
  }

  /** Takes one event of the provider into the state and the log. Ignored once the run has ended. */
  take(event: StreamEvent): void {
    if (this.ended) return;
    this.#take(event);
    if (event.type !== 'finish' && this.#costsTooMuch()) this.#end({ status: 'completed', finish: null });
  }

  #take(event: StreamEvent): void {
    switch (event.type) {
      case 'text-delta':
        this.#noteFirstDelta();
        this.#append({ type: 'TextDelta', offset: this.#textLength, text: event.text });
        this.#text.push(event.text);
        this.#turn.addText(event.text);
        this.#textLength += event.text.length;
        return;
      case 'reasoning-delta':
        this.#noteFirstDelta();
        this.#append({ type: 'ReasoningDelta', offset: this.#reasoningLength, text: event.text });
        this.#reasoning.push(event.text);
        this.#turn.addReasoning(event.text);
        this.#reasoningLength += event.text.length;
        return;
      case 'tool-call-delta': {
        this.#noteFirstDelta();
        const { callId, name, argumentsDelta } = event;
        this.#append({ type: 'ToolCallDelta', callId, name, argumentsDelta });
        this.#turn.addArguments(argumentsDelta);
        return;
      }
      case 'tool-call':
        this.#noteFirstDelta();
        this.#toolCalls.push(event.toolCall);
        this.#turn.addToolCall(event.toolCall);
        this.#append({ type: 'ToolCallReady', toolCall: event.toolCall });
        return;
      case 'citation': {
        const citation = this.#turn.place(event.citation);
        this.#hasContent = true;
        this.#citations.push(citation);
        this.#append({ type: 'CitationAdded', citation });
        return;
      }
      case 'usage':
        this.#noteUsage(event.usage);
        return;
      case 'warning':
        this.#warn(event.warning);
        return;
      case 'finish': {
        if (event.usage !== null) this.#noteUsage(event.usage);
        const goesOn = event.reason === 'tool-calls' && this.#turn.pendingToolCalls.length > 0;
        if (goesOn && !this.#costsTooMuch()) this.#requireAction(event);
        else this.#end({ status: 'completed', finish: goesOn ? { ...event, reason: 'cost-limit' } : event });
        return;
      }
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
      resolution: this.#prepared.resolution,
      text: this.#text.join(''),
      reasoning: this.#reasoningLength === 0 ? null : this.#reasoning.join(''),
      toolCalls: [...this.#toolCalls],
      citations: [...this.#citations],
      output: this.#status === 'completed' ? this.#output : null,
      finishReason: this.#finishReason,
      rawFinishReason: this.#rawFinishReason,
      usage: this.#meter.usage,
      cost: this.#meter.cost,
      warnings: [...this.#warnings],
      error: this.#error,
      metadata: this.#origin.metadata,
      lastSequence: this.#log.lastSequence,
      createdAt: this.createdAt,
      startedAt: this.#startedAt,
      completedAt: this.#completedAt,
      firstDeltaMs: this.#firstDeltaMs,
    };
  }

  #append(event: UnplacedEvent): void {
    this.#log.append(event);
    this.#origin.onChange?.();
  }

  #noteFirstDelta(): void {
    this.#hasContent = true;
    if (this.#startedTick !== null)
      this.#firstDeltaMs ??= Math.round((performance.now() - this.#startedTick) * 100) / 100;
  }

  #requireAction(finish: FinishEvent): void {
    this.#awaiting = finish;
    this.#status = 'requires-action';
    this.#finishReason = finish.reason;
    this.#rawFinishReason = finish.rawReason;
    this.#append({ type: 'ActionRequired', toolCalls: this.#turn.pendingToolCalls });
    this.#settling.resolve(this.snapshot());
  }

  #noteUsage(turnUsage: Usage): void {
    if (!this.#meter.tell(turnUsage, this.#pricing)) return;
    const { usage, cost } = this.#meter;
    if (usage !== null) this.#append({ type: 'UsageUpdated', usage, cost });
  }

  get #pricing(): Pricing | null {
    return this.#prepared.resolution.config.pricing;
  }

  #costsTooMuch(): boolean {
    const { maxCostUsd } = this.#prepared.limits;
    if (maxCostUsd === null) return false;
    const { inputTokens, outputCharacters } = this.#turn;
    return this.#meter.exceeds(maxCostUsd, this.#pricing, inputTokens, outputCharacters);
  }

  #warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.#append({ type: 'WarningRaised', warning });
  }

  #end(end: End): void {
    if (this.ended) return;
    clearTimeout(this.#deadline);
    if (end.status === 'completed') this.#noteCompletion(end.finish);
    // Cut short, the provider never comes to tell what it will bill.
    const cutShort = end.status === 'cancelled' || (end.status === 'completed' && end.finish === null);
    if (cutShort && this.#status === 'running') {
      const { inputTokens, outputCharacters } = this.#turn;
      this.#noteUsage(this.#meter.estimateTurn(inputTokens, outputCharacters));
    }
    if (end.status === 'failed') this.#error = end.error;
    this.#awaiting = null;
    this.#status = end.status;
    this.#completedAt = new Date();
    // The terminal event is part of the log that its generation counts.
    const generation = { ...this.snapshot(), lastSequence: this.#log.lastSequence + 1 };
    this.#final = generation;
    switch (end.status) {
      case 'completed':
        this.#append({
          type: 'GenerationCompleted',
          finishReason: end.finish?.reason ?? 'cost-limit',
          generation,
        });
        break;
      case 'cancelled':
        this.#append({ type: 'GenerationCancelled', generation });
        break;
      case 'failed':
        this.#append({ type: 'GenerationFailed', error: end.error, generation });
        break;
    }
    this.#log.end();
    if (end.status !== 'completed' || end.finish === null) this.#upstream.abort();
    this.#finish(generation);
    this.#settling.resolve(generation);
  }

  #noteCompletion(finish: FinishEvent | null): void {
    if (finish === null) {
      this.#finishReason = 'cost-limit';
      return;
    }
    this.#finishReason = finish.reason;
    this.#rawFinishReason = finish.rawReason;
    this.#noteOutput();
    const reasoned = this.#reasoningLength > 0 || (this.#meter.usage?.reasoningTokens ?? 0) > 0;
    if (finish.reason === 'length' && this.#textLength === 0 && reasoned)
      this.#warn(budgetSpentWarning(this.#prepared.request.maxOutputTokens));
  }

  #noteOutput(): void {
    // What was said before tool calls is no part of the answer.
    const { request, text } = this.#turn;
    if (request.output.type === 'text' || text === '') return;
    try {
      this.#output = JSON.parse(text) as JsonValue;
    } catch {
      this.#warn(noJsonWarning());
    }
  }
}
