import type { BilledTurn, Billing } from '../../../core/billed-turn.ts';
import { type ErrorCode, ModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { UnplacedEvent } from '../../../core/generation-event.ts';
import type {
  Generation,
  GenerationError,
  GenerationStatus,
  ToolCall,
  Warning,
} from '../../../core/generation.ts';
import { findTag } from '../../../core/budget.ts';
import type { GuardedPrincipal } from '../../../core/generation-guard.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ToolMessage } from '../../../core/message.ts';
import type { OutputViolation } from '../../../core/output.ts';
import type { FinishEvent, StreamEvent } from '../../../core/stream-event.ts';
import { type GenerationTelemetry, NO_TELEMETRY } from '../../../core/telemetry.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { toOutline } from '../../../core/to-outline.ts';
import { RepeatedWait } from '../../../lib/repeated-wait.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import { toDeletedEvent, toTerminalEvent } from '../events/closing-events.ts';
import { CallerKeys } from './caller-keys.ts';
import { EventLog } from '../events/event-log.ts';
import { type Allowance, UNLIMITED_ALLOWANCE } from './allowance.ts';
import { boundNanoOf } from './charges.ts';
import { isCutByUs, isCutShort, type RunEnd } from './run-end.ts';
import { type GenerationIdentity, GenerationState } from './generation-state.ts';
import type { CallMode } from './generation-times.ts';
import { mayBeBilled } from './may-be-billed.ts';
import { violationError, violationWarning } from './output-violations.ts';

export interface GenerationOrigin extends GenerationIdentity {
  readonly prepared: PreparedGeneration;
  /** Called after each change of the log or the status. */
  readonly onChange?: () => void;
  /** Left out: its providers are reached with the keys of the server. */
  readonly callerKeys?: CallerKeys;
  readonly telemetry?: GenerationTelemetry;
  /** Left out: nothing limits it. */
  readonly allowance?: Allowance;
  /** As guards see it, and by whom it is billed; left out: that is known elsewhere. */
  readonly caller?: GuardedPrincipal;
}

/** A whole answer that is still to be held against its schema. */
interface HeldAnswer {
  readonly finish: FinishEvent | null;
  readonly schema: JsonValue;
}

/**
 * One live generation: its state, its event log and the signal that stops its upstream call. It lives apart from its
 * subscribers. The log begins with `GenerationStarted`, ends with one terminal event, and nothing follows that.
 */
export class GenerationRun {
  readonly id: string;
  readonly principalId: string;
  readonly createdAt: Date;
  readonly telemetry: GenerationTelemetry;
  readonly callerKeys: CallerKeys;
  /** Id of the server's key that its first answer was given with: its later turns are asked for with the same. */
  serverKeyId: string | null = null;
  readonly eventLog: EventLog;
  readonly allowance: Allowance;
  readonly caller: GuardedPrincipal;
  readonly #isStored: boolean;
  readonly #onChange: (() => void) | undefined;
  readonly #state: GenerationState;
  readonly #upstream = new AbortController();
  readonly #settled = new RepeatedWait<Generation>();
  readonly #finished = new RepeatedWait<Generation>();
  #endedElsewhere = false;
  #deadline: NodeJS.Timeout | undefined;
  #final: Generation | null = null;
  #held: HeldAnswer | null = null;
  #isErased = false;

  constructor(origin: GenerationOrigin) {
    const { id, prepared, telemetry } = origin;
    this.id = id;
    this.principalId = origin.principalId;
    this.createdAt = origin.createdAt;
    this.telemetry = telemetry ?? NO_TELEMETRY.generationStarted(id, prepared.resolution.config, 0);
    this.eventLog = new EventLog(id);
    this.allowance = origin.allowance ?? UNLIMITED_ALLOWANCE;
    const { principalId } = origin;
    this.caller = origin.caller ?? { id: principalId, kind: 'anonymous', keyId: null, userId: null };
    this.#isStored = origin.isStored ?? true;
    this.#onChange = origin.onChange;
    this.#state = new GenerationState(origin, prepared);
    this.callerKeys = origin.callerKeys ?? new CallerKeys();
    this.#append({ type: 'GenerationStarted', resolution: prepared.resolution });
    this.#warnOf(prepared.warnings);
  }

  /** Aborted as soon as the run ends for another reason than its upstream's own end. */
  get signal(): AbortSignal {
    return this.#upstream.signal;
  }

  /** Resolves with the final state; never rejects. */
  get finished(): Promise<Generation> {
    return this.#finished.wait();
  }

  /** As `finished`, for one caller, without a promise for as long as it runs. */
  whenEnded(handle: (generation: Generation) => void): void {
    this.#finished.callBack(handle);
  }

  /** Resolves as soon as there is nothing to wait for: it has ended, or it needs tool results. Never rejects. */
  get settled(): Promise<Generation> {
    return this.#settled.wait();
  }

  /** What the model at work was prepared with: the first one's, or a fallback's. */
  get prepared(): PreparedGeneration {
    return this.#state.prepared;
  }

  get metadata(): JsonValue | null {
    return this.#state.metadata;
  }

  get provider(): string {
    return this.#state.prepared.resolution.config.provider;
  }

  /** Whether deltas that come at once may be one event: neither its cost nor a streamed document is to be known after each. */
  get joinsDeltas(): boolean {
    const { limits, outputRules } = this.prepared;
    return limits.maxCostUsd === null && !outputRules.isStreamed;
  }

  /** Whether anything of the present turn's answer has come, so that asking again would repeat it. */
  get hasContent(): boolean {
    return this.#state.hasContent;
  }

  /** 1: the first answer is awaited, so that another model may give it. Each set of tool results begins one more. */
  get turnCount(): number {
    return this.#state.turnCount;
  }

  /** The request of the present turn. */
  get request(): TextRequest {
    return this.#state.request;
  }

  /** The calls whose results it waits for; empty while it does not. */
  get awaitedToolCalls(): readonly ToolCall[] {
    return this.#state.awaitedToolCalls;
  }

  get status(): GenerationStatus {
    return this.#state.status;
  }

  get ended(): boolean {
    return this.#state.ended;
  }

  /** Whether its events are for the store. Its record is in any case, without its content if they are not. */
  get isStored(): boolean {
    return this.#isStored && !this.#isErased;
  }

  /** Whether it was deleted while it ran. */
  get isErased(): boolean {
    return this.#isErased;
  }

  /** Whether another node has ended it, where its end was seen first. */
  get endedElsewhere(): boolean {
    return this.#endedElsewhere;
  }

  hasWarning(warning: Warning): boolean {
    return this.#state.hasWarning(warning);
  }

  /** What settles it before its vendor is called: its first call may be billed that much, at most. */
  get billing(): Omit<Billing, 'budgets'> {
    const { keyId, userId } = this.caller;
    const account = { keyId, userId, tag: findTag(this.metadata) };
    // A vendor bills its caller; a fallback that it would bill to this server has to be reserved when it comes.
    if (this.callerKeys.pays(this.provider)) return { ...account, bound: 0, isCallers: true };
    return { ...account, bound: boundNanoOf(this.#state.call) };
  }

  /** What vendors have billed so far, or may have. */
  get billedTurns(): readonly BilledTurn[] {
    return this.#state.charges.turns;
  }

  /**
   * Resolves once the present turn's next call, or one with another request, may cost what it may at most. Throws
   * `BudgetExceeded`.
   */
  async coverCall(request: TextRequest = this.request, path: readonly string[] = ['input']): Promise<void> {
    if (this.callerKeys.pays(this.provider)) return;
    const { call, charges } = this.#state;
    await this.allowance.cover(charges.total + (boundNanoOf({ ...call, request }) ?? 0), path);
  }

  /** The call has failed, and the turn goes on with another one or ends. */
  chargeFailure(error: unknown): void {
    const { charges, reported } = this.#state;
    const isCounted = error instanceof ModelgraphError && error.code === 'CONTENT_FILTERED';
    if (isCounted && reported?.outputTokens != null) charges.answered(reported, this.#state);
    else if (this.hasContent || mayBeBilled(error)) charges.broken(this.#state);
    else charges.refused();
  }

  /** The state at this moment. */
  snapshot(): Generation {
    return this.#final ?? this.#snapshot(this.eventLog.lastSequence);
  }

  #snapshot(lastSequence: number): Generation {
    const generation = this.#state.snapshot(lastSequence);
    return this.#isErased ? { ...toOutline(generation), isStored: false } : generation;
  }

  /** Calls back after a while, unless the run ends or another deadline takes its place before. */
  setDeadline(ms: number, handle: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(handle, ms);
  }

  /** Another model answers, and nothing of the one before has come. Raises a warning that says so. */
  fallBack(to: PreparedGeneration, because: ErrorCode): void {
    this.#warnOf(this.#state.fallBack(to, because));
  }

  /** A vendor is called on this UTC day, YYYY-MM-DD. */
  priceOn(day: string): void {
    this.#state.priceOn(day);
  }

  /** The provider is about to be called, for deltas or for the whole answer at once. */
  start(mode: CallMode): void {
    this.#state.start(mode, !this.callerKeys.pays(this.provider));
  }

  /** The request that goes on with the results of the awaited tool calls. Changes nothing. */
  toNextRequest(results: readonly ToolMessage[]): TextRequest {
    return this.#state.toNextRequest(results);
  }

  /**
   * Begins the next turn with the request that `toNextRequest` or `judge` made; the log, its numbers and its subscribers
   * go on. Ends the run where that would cost more than it may.
   */
  resume(request: TextRequest): void {
    const isRepair = this.#held !== null;
    this.#held = null;
    if (!isRepair) this.#settled.leave();
    this.#appendAll(this.#state.startNextTurn(request));
    if (this.#state.costsTooMuch) return isRepair ? this.fail(this.#violationError) : this.#answer(null);
    this.#state.goOn();
    this.#onChange?.();
  }

  /** Takes one event of the provider into the state and the log. Ignored once the answer is whole or the run has ended. */
  take(event: StreamEvent): void {
    if (this.isOver) return;
    if (event.type === 'finish') return this.#finishTurn(event);
    this.#append(this.#state.take(event));
    if (event.type === 'text-delta') this.#appendAll(this.#state.streamOutput(event.text));
    if (this.#state.costsTooMuch) this.#answer(null);
  }

  /** Whether nothing more of the present turn is taken: its answer is whole, or the run has ended. */
  get isOver(): boolean {
    return this.ended || this.#held !== null;
  }

  /** The answer that the run waits with, until it is held against its schema. null: there is none. */
  get heldAnswer(): { readonly schema: JsonValue; readonly text: string } | null {
    return this.#held === null || this.ended ? null : { schema: this.#held.schema, text: this.#state.answer };
  }

  /**
   * Takes what is wrong with the held answer. Gives the request for a better one where the model is to be asked for it:
   * `resume` goes on with that. Otherwise the run has ended.
   */
  judge(violations: readonly OutputViolation[]): TextRequest | null {
    const held = this.#held;
    if (held === null || this.ended) return null;
    const state = this.#state;
    state.noteViolations(violations);
    if (violations.length === 0) this.#end({ status: 'completed', finish: held.finish });
    else {
      this.#warnOf([violationWarning(violations)]);
      if (state.mayRepair(held.finish)) return state.toRepairRequest(held.finish, violations);
      const reports = this.prepared.outputRules.onViolation === 'report';
      this.#end({ status: reports ? 'completed' : 'invalid', finish: held.finish });
    }
    return null;
  }

  /** Ends the log with `GenerationFailed` and closes the upstream socket. Ignored once the run has ended. */
  fail(error: GenerationError): void {
    this.#end({ status: 'failed', error });
  }

  /** As `fail`, where another node has ended the generation before. */
  endElsewhere(error: GenerationError): void {
    this.#endedElsewhere = !this.ended;
    this.fail(error);
  }

  /** Ends the log with `GenerationCancelled` and closes the upstream socket, in every phase. Usage so far is kept. */
  cancel(): void {
    this.#end({ status: 'cancelled' });
  }

  /** It is deleted: as `cancel`, and nothing of its content is left. Subscribers get an event that says so. */
  erase(): void {
    if (this.ended) return;
    this.#isErased = true;
    this.eventLog.erase(toDeletedEvent(this.snapshot(), 0));
    this.cancel();
  }

  #append(event: UnplacedEvent | null): void {
    if (event === null) return;
    this.eventLog.append(event);
    this.#onChange?.();
  }

  #appendAll(events: readonly UnplacedEvent[]): void {
    for (const event of events) this.#append(event);
  }

  #warnOf(warnings: readonly Warning[]): void {
    for (const warning of warnings) this.#append(this.#state.warn(warning));
  }

  #finishTurn(finish: FinishEvent): void {
    const state = this.#state;
    if (finish.usage !== null) this.#append(state.noteUsage(finish.usage));
    state.charges.answered(state.reported, state);
    if (!state.needsToolResults(finish)) this.#answer(finish);
    else if (state.costsTooMuch) this.#answer({ ...finish, reason: 'cost-limit' });
    else {
      this.#append(state.requireAction(finish));
      this.#settled.reach(this.snapshot());
    }
  }

  /** The answer is whole; null: as far as it may cost. One with a schema waits to be held against it. */
  #answer(finish: FinishEvent | null): void {
    const state = this.#state;
    const { schema } = this.prepared.outputRules;
    if (finish === null) state.charges.cut(state);
    state.endTurn(finish);
    if (state.isTooDeep) {
      const vendorMessage = 'the JSON of the answer nests too deeply';
      return this.fail(
        toGenerationError(new ProviderError('PROVIDER_FAILED', { provider: this.provider, vendorMessage })),
      );
    }
    if (schema === null) return this.#end({ status: 'completed', finish });
    this.#held = { finish, schema };
    if (finish === null) this.#upstream.abort();
  }

  #end(end: RunEnd): void {
    const state = this.#state;
    if (state.ended) return;
    clearTimeout(this.#deadline);
    if (isCutByUs(end)) state.charges.cut(state);
    else state.charges.broken(state);
    if (end.status === 'completed') this.#appendAll(state.endOutput());
    if (end.status === 'invalid') this.#appendAll(state.endOutput({ type: 'not-json' }));
    if ('finish' in end && end.finish !== null) this.#warnOf(state.complete(end.finish));
    if (isCutShort(end) && state.status === 'running') this.#append(state.noteUsage(state.estimateUsage()));
    if (end.status === 'invalid') state.end('failed', this.#violationError);
    else state.end(end.status, end.status === 'failed' ? end.error : null);
    // The terminal event is part of the log that its generation counts.
    const generation = this.#snapshot(this.eventLog.lastSequence + (this.#isErased ? 0 : 1));
    this.#final = generation;
    this.#append(toTerminalEvent(generation));
    this.eventLog.end();
    this.callerKeys.drop();
    if (!('finish' in end) || end.finish === null) this.#upstream.abort();
    this.#finished.reach(generation);
    this.#settled.reach(generation);
  }

  get #violationError(): GenerationError {
    return violationError(this.#state.violations, this.provider);
  }
}
