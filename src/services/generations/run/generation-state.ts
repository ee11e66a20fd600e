import type { ErrorCode } from '../../../core/errors.ts';
import type { UnplacedEvent } from '../../../core/generation-event.ts';
import type {
  FinishReason,
  Generation,
  GenerationError,
  GenerationStatus,
  ToolCall,
  Warning,
} from '../../../core/generation.ts';
import type { JsonValue } from '../../../core/json.ts';
import { type JsonOutput, readJsonOutput } from '../../../core/json-output.ts';
import type { Message, ToolMessage } from '../../../core/message.ts';
import type { OutputViolation } from '../../../core/output.ts';
import type { Pricing } from '../../../core/model-config.ts';
import { withPricingOn } from '../../../core/pricing-on.ts';
import { withFallback } from '../../../core/resolution.ts';
import type { FinishEvent, StreamEvent } from '../../../core/stream-event.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { Usage } from '../../../core/usage.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import type { BoundedCall } from '../../pricing/bound-cost.ts';
import { CallIds } from './call-ids.ts';
import { Charges, type ChargedCall, type SeenCall } from './charges.ts';
import { GenerationContent } from './generation-content.ts';
import { type CallMode, GenerationTimes } from './generation-times.ts';
import { GenerationTurn } from './generation-turn.ts';
import { fallbackWarning, findAnswerWarnings } from './generation-warnings.ts';
import { toRepairMessage } from './output-violations.ts';
import { StreamedOutput } from './streamed-output.ts';
import { UsageMeter } from './usage-meter.ts';

/** What never changes of a generation. */
export interface GenerationIdentity {
  readonly id: string;
  readonly principalId: string;
  readonly metadata: JsonValue | null;
  readonly createdAt: Date;
  /** Left out: it is stored. */
  readonly isStored?: boolean;
  /** How long it is kept after its end, in milliseconds; left out or null: as the server is set. */
  readonly retentionMs?: number | null;
}

/**
 * What is known of a generation, and what changes it. A method that changes what subscribers see gives the event for
 * them; the run appends it to its log.
 */
export class GenerationState implements ChargedCall {
  readonly #identity: GenerationIdentity;
  readonly #meter = new UsageMeter();
  readonly charges = new Charges();
  readonly #content = new GenerationContent();
  readonly #callIds = new CallIds();
  readonly #times: GenerationTimes;
  #prepared: PreparedGeneration;
  /** Of the present turn, as they were when its vendor was called. */
  #pricing: Pricing | null;
  #turn: GenerationTurn;
  #turnCount = 1;
  #hasContent = false;
  /** The end of a turn whose tool calls wait for their results. */
  #awaiting: FinishEvent | null = null;
  #status: GenerationStatus = 'queued';
  #finishReason: FinishReason | null = null;
  #rawFinishReason: string | null = null;
  #error: GenerationError | null = null;
  readonly #streamed: StreamedOutput;
  /** The text of the turn that ended last, read as JSON; null: none was asked for. */
  #output: JsonOutput | null = null;
  #violations: readonly OutputViolation[] = [];
  #hasRepaired = false;

  constructor(identity: GenerationIdentity, prepared: PreparedGeneration) {
    const { id, principalId, metadata, createdAt, isStored = true, retentionMs = null } = identity;
    // What else the given object has need not stay in memory.
    this.#identity = { id, principalId, metadata, createdAt, isStored, retentionMs };
    this.#prepared = prepared;
    this.#pricing = prepared.resolution.config.pricing;
    this.#times = new GenerationTimes(identity.createdAt);
    this.#turn = new GenerationTurn(prepared.request, prepared.resolution.config, this.#content);
    this.#streamed = new StreamedOutput(prepared.outputRules.isStreamed);
  }

  get metadata(): JsonValue | null {
    return this.#identity.metadata;
  }

  get prepared(): PreparedGeneration {
    return this.#prepared;
  }

  get turnCount(): number {
    return this.#turnCount;
  }

  get hasContent(): boolean {
    return this.#hasContent;
  }

  get request(): TextRequest {
    return this.#turn.request;
  }

  get awaitedToolCalls(): readonly ToolCall[] {
    return this.#awaiting === null ? [] : this.#turn.pendingToolCalls;
  }

  get status(): GenerationStatus {
    return this.#status;
  }

  get ended(): boolean {
    return this.#times.isComplete;
  }

  hasWarning(warning: Warning): boolean {
    return this.#content.hasWarning(warning);
  }

  /** Whether it has cost more than it may, by what is reported or estimated. */
  get costsTooMuch(): boolean {
    const { limits } = this.#prepared;
    if (limits.maxCostUsd === null) return false;
    return this.#meter.exceeds(limits.maxCostUsd, this.#pricing, this.#turn);
  }

  /** A vendor is called on this UTC day, YYYY-MM-DD: what it answers costs what it costs on that day. */
  priceOn(day: string): void {
    this.#pricing = withPricingOn(this.#prepared.resolution.config, day).pricing;
  }

  /** The call that the present turn makes, at the prices of now. */
  get call(): BoundedCall {
    return { request: this.#turn.request, config: this.#prepared.resolution.config, pricing: this.#pricing };
  }

  /** `isBilled`: to this server, not to its caller. */
  start(mode: CallMode, isBilled: boolean): void {
    if (isBilled) this.charges.begin(this.call);
    this.#status = 'running';
    this.#times.start(mode);
  }

  /** Another model answers in place of the one before. Gives the warnings that say so. */
  fallBack(to: PreparedGeneration, because: ErrorCode): readonly Warning[] {
    const from = this.#prepared.resolution;
    this.#prepared = { ...to, resolution: withFallback(from, to.resolution) };
    this.#turn = new GenerationTurn(to.request, to.resolution.config, this.#content);
    this.#meter.forgetTurn();
    this.#times.restart();
    return [fallbackWarning(from.config.name, to.resolution.config.name, because), ...to.warnings];
  }

  /** Takes what a provider reports. Gives null where it is no news. */
  take(event: Exclude<StreamEvent, FinishEvent>): UnplacedEvent | null {
    switch (event.type) {
      case 'text-delta':
        return this.#addText(event.text);
      case 'reasoning-delta':
        return this.#addReasoning(event.text);
      case 'tool-call-delta': {
        const { name, argumentsDelta } = event;
        const callId = this.#callIds.toOwn(event.callId);
        this.#noteDelta();
        this.#turn.noteOutput(argumentsDelta);
        return { type: 'ToolCallDelta', callId, name, argumentsDelta };
      }
      case 'tool-call': {
        const { callId: vendorId } = event.toolCall;
        const toolCall = { ...event.toolCall, callId: this.#callIds.toOwn(vendorId) };
        this.#noteDelta();
        this.#content.addToolCall(toolCall);
        this.#turn.addToolCall(toolCall, vendorId);
        return { type: 'ToolCallReady', toolCall };
      }
      case 'citation': {
        const citation = this.#turn.place(event.citation);
        this.#hasContent = true;
        this.#content.addCitation(citation);
        return { type: 'CitationAdded', citation };
      }
      case 'usage':
        return this.noteUsage(event.usage);
      case 'warning':
        return this.warn(event.warning);
    }
  }

  /** What a piece of text, which the state has taken, adds to the streamed document. */
  streamOutput(text: string): readonly UnplacedEvent[] {
    return this.#streamed.write(text);
  }

  warn(warning: Warning): UnplacedEvent {
    this.#content.addWarning(warning);
    return { type: 'WarningRaised', warning };
  }

  /** Takes the totals of the present turn. */
  noteUsage(turnUsage: Usage): UnplacedEvent | null {
    if (!this.#meter.report(turnUsage, this.#pricing)) return null;
    const { usage, cost } = this.#meter;
    return usage === null ? null : { type: 'UsageUpdated', usage, cost };
  }

  /** The usage of a turn that is cut short: its provider reports nothing of what it bills. */
  estimateUsage(): Usage {
    return this.#meter.estimateTurn(this.#turn);
  }

  /** What the provider has reported of the present turn; null: nothing. */
  get reported(): Usage | null {
    return this.#meter.reported;
  }

  seen(): SeenCall {
    return { usage: this.estimateUsage(), outputBytes: this.#turn.outputBytes };
  }

  /** Whether the turn ends with calls that only the client can run. */
  needsToolResults({ reason }: FinishEvent): boolean {
    return reason === 'tool-calls' && this.#turn.pendingToolCalls.length > 0;
  }

  requireAction(finish: FinishEvent): UnplacedEvent {
    this.#awaiting = finish;
    this.#status = 'requires-action';
    this.#finishReason = finish.reason;
    this.#rawFinishReason = finish.rawReason;
    this.#content.endTurn(finish.state);
    return { type: 'ActionRequired', toolCalls: this.#turn.pendingToolCalls };
  }

  /** Throws where no tool results are awaited. */
  toNextRequest(results: readonly ToolMessage[]): TextRequest {
    if (this.#awaiting === null) throw new TypeError('the generation does not wait for tool results');
    return this.#turn.toNextRequest(this.#awaiting, results);
  }

  /** Gives the events that begin the streamed document anew. */
  startNextTurn(request: TextRequest): readonly UnplacedEvent[] {
    const isNew = ({ role }: Message): boolean => role !== 'assistant';
    this.#content.goOn(request.messages.slice(this.#turn.request.messages.length).filter(isNew));
    this.#turn = new GenerationTurn(request, this.#prepared.resolution.config, this.#content);
    this.#output = null;
    this.#awaiting = null;
    this.#turnCount += 1;
    this.#hasContent = false;
    this.#meter.startNextTurn();
    this.#callIds.startTurn();
    this.#finishReason = null;
    this.#rawFinishReason = null;
    return this.#streamed.restart();
  }

  /** The next turn begins for good. */
  goOn(): void {
    this.#status = 'running';
  }

  /** The last turn's own end; null: it was stopped for its cost. The text before tool calls is no part of its answer. */
  endTurn(finish: FinishEvent | null): void {
    this.#finishReason = finish?.reason ?? 'cost-limit';
    if (finish !== null) this.#rawFinishReason = finish.rawReason;
    this.#content.endTurn(finish?.state ?? null);
    if (this.#prepared.outputRules.wantsJson) this.#output = readJsonOutput(this.#turn.text);
  }

  /** Whether the answer is JSON that nests more deeply than any that can be given on. */
  get isTooDeep(): boolean {
    return this.#output?.type === 'too-deep';
  }

  /** The text of the turn that ended last. */
  get answer(): string {
    return this.#turn.text;
  }

  /** The answer has been held against its schema. */
  noteViolations(violations: readonly OutputViolation[]): void {
    this.#violations = violations;
  }

  get violations(): readonly OutputViolation[] {
    return this.#violations;
  }

  /** Whether the model is to be asked for a better answer. */
  mayRepair(finish: FinishEvent | null): finish is FinishEvent {
    const { onViolation } = this.#prepared.outputRules;
    return finish !== null && onViolation === 'repair' && !this.#hasRepaired && !this.isTooDeep;
  }

  /** The request for an answer without these violations. */
  toRepairRequest(finish: FinishEvent, violations: readonly OutputViolation[]): TextRequest {
    this.#hasRepaired = true;
    return this.#turn.toRepairRequest(finish, toRepairMessage(violations));
  }

  /** Makes the streamed document the output of a generation that ends; null: it ends without one. */
  endOutput(output: JsonOutput | null = this.#output): readonly UnplacedEvent[] {
    return this.#streamed.end(output ?? { type: 'not-json' });
  }

  /** The warnings that follow from the last turn's own end. */
  complete(finish: FinishEvent): readonly Warning[] {
    const jsonText = this.#output === null ? null : this.#turn.text;
    return findAnswerWarnings({
      finishReason: finish.reason,
      isEmpty: this.#content.textLength === 0,
      hasReasoned: this.#content.reasoningLength > 0 || (this.#meter.usage?.reasoningTokens ?? 0) > 0,
      jsonText,
      maxOutputTokens: this.#prepared.request.maxOutputTokens,
    });
  }

  /** From now on nothing changes. */
  end(status: 'completed' | 'cancelled' | 'failed', error: GenerationError | null): void {
    this.#awaiting = null;
    this.#status = status;
    this.#error = error;
    this.#times.complete();
  }

  /** The state at this moment. `lastSequence`: of the last event in the log. */
  snapshot(lastSequence: number): Generation {
    const { id, principalId, metadata, isStored, retentionMs } = this.#identity;
    return {
      id,
      principalId,
      status: this.#status,
      resolution: this.#prepared.resolution,
      ...this.#content.snapshot(),
      output: this.#status === 'completed' && this.#output?.type === 'json' ? this.#output.value : null,
      outputViolations: this.#violations,
      finishReason: this.#finishReason,
      rawFinishReason: this.#rawFinishReason,
      usage: this.#meter.usage,
      cost: this.#meter.cost,
      error: this.#error,
      metadata,
      ...(isStored === false && { isStored }),
      ...(retentionMs != null && { retentionMs }),
      lastSequence,
      ...this.#times.snapshot(),
    };
  }

  #addText(text: string): UnplacedEvent {
    const offset = this.#content.textLength;
    this.#noteDelta();
    this.#content.addText(text);
    this.#turn.noteOutput(text);
    return { type: 'TextDelta', offset, text };
  }

  #addReasoning(text: string): UnplacedEvent {
    const offset = this.#content.reasoningLength;
    this.#noteDelta();
    this.#content.addReasoning(text);
    this.#turn.noteOutput(text);
    return { type: 'ReasoningDelta', offset, text };
  }

  #noteDelta(): void {
    this.#hasContent = true;
    this.#times.noteDelta();
  }
}
