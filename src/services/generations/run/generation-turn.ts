import type { Citation, ToolCall } from '../../../core/generation.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Message, ToolMessage } from '../../../core/message.ts';
import type { FinishEvent } from '../../../core/stream-event.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import { findAssistantMessage } from '../../../core/to-messages.ts';
import { estimateInputTokens } from '../../checks/preview.ts';

/** What one upstream call has brought; a generation with tool results is several turns in one log. */
export class GenerationTurn {
  readonly request: TextRequest;
  /** Of the whole request, earlier turns and tool results included: an estimate. */
  readonly inputTokens: number;
  /** Where this turn's text begins in the whole, in UTF-16 code units. */
  readonly #textStart: number;
  readonly #provider: string;
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #toolCalls: ToolCall[] = [];
  /** The provider's id of each call, by ours. */
  readonly #vendorIds = new Map<string, string>();
  #outputCharacters = 0;

  /** `provider`: registration name of the one that answers. */
  constructor(request: TextRequest, textStart: number, provider: string) {
    this.request = request;
    this.#provider = provider;
    this.inputTokens = estimateInputTokens(request);
    this.#textStart = textStart;
  }

  /** A provider counts from the start of its own turn's text, a generation from the start of all of it. */
  place(citation: Citation): Citation {
    const move = (index: number | null): number | null => (index === null ? null : index + this.#textStart);
    return { ...citation, startIndex: move(citation.startIndex), endIndex: move(citation.endIndex) };
  }

  addText(text: string): void {
    this.#text.push(text);
    this.#outputCharacters += text.length;
  }

  addReasoning(text: string): void {
    this.#reasoning.push(text);
    this.#outputCharacters += text.length;
  }

  addToolCall(toolCall: ToolCall, vendorId: string): void {
    this.#toolCalls.push(toolCall);
    this.#vendorIds.set(toolCall.callId, vendorId);
  }

  addArguments(text: string): void {
    this.#outputCharacters += text.length;
  }

  /** Of everything the model has put out, arguments of tool calls included. */
  get outputCharacters(): number {
    return this.#outputCharacters;
  }

  get text(): string {
    return this.#text.join('');
  }

  /** Calls that the client has to run. */
  get pendingToolCalls(): readonly ToolCall[] {
    return this.#toolCalls.filter((toolCall) => !toolCall.builtIn);
  }

  /**
   * The request that goes on from here: this turn as the assistant's message, then the results, calls by the provider's own
   * ids, which its state may name. The model chooses freely whether it calls more tools: a choice that forced a call would
   * force it for ever.
   */
  toNextRequest(finish: FinishEvent, results: readonly ToolMessage[]): TextRequest {
    const forVendor = results.map(this.#toVendorResult);
    return this.#goOn([...this.#said(finish.state, this.#toolCalls), ...forVendor]);
  }

  /**
   * The request for a better answer than this one. Calls that the answer was cut off after have no results and are left
   * out, and with them the state that they are part of.
   */
  toRepairRequest(finish: FinishEvent, repair: Message): TextRequest {
    const isWhole = this.pendingToolCalls.length === 0;
    return this.#goOn([...this.#said(isWhole ? finish.state : null, isWhole ? this.#toolCalls : []), repair]);
  }

  #goOn(messages: readonly Message[]): TextRequest {
    const { request } = this;
    const forced = request.toolChoice?.type === 'required' || request.toolChoice?.type === 'function';
    return {
      ...request,
      messages: [...request.messages, ...messages],
      toolChoice: forced ? null : request.toolChoice,
    };
  }

  readonly #toVendorResult = (result: ToolMessage): ToolMessage => ({
    ...result,
    callId: this.#toVendorId(result.callId),
  });

  #toVendorId(callId: string): string {
    return this.#vendorIds.get(callId) ?? callId;
  }

  /** This turn as the assistant's message; none where nothing was said. */
  #said(state: JsonValue | null, calls: readonly ToolCall[]): readonly Message[] {
    const { text } = this;
    const reasoning = this.#reasoning.join('');
    const toolCalls = calls.map((call) => ({ ...call, callId: this.#toVendorId(call.callId) }));
    const message = findAssistantMessage({ text, reasoning, toolCalls, state, provider: this.#provider });
    return message === undefined ? [] : [message];
  }
}
