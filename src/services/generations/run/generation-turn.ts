import type { Citation, ToolCall } from '../../../core/generation.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Message, ToolMessage } from '../../../core/message.ts';
import { BUILT_IN_TOOLS, type BuiltInTool, type ModelConfig } from '../../../core/model-config.ts';
import type { FinishEvent } from '../../../core/stream-event.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import { findAssistantMessage } from '../../../core/to-messages.ts';
import type { ToolCounts } from '../../../core/usage.ts';
import { isRecord } from '../../../lib/is-record.ts';
import type { ContentMark, GenerationContent } from './generation-content.ts';
import { estimateInputTokens } from '../../pricing/estimate-input-tokens.ts';

/** A provider that reads a page of what it has found does so within the search that it has billed. */
const opensPage = ({ arguments: given }: ToolCall): boolean =>
  isRecord(given) && (given['type'] === 'open_page' || given['type'] === 'find_in_page');

/** What one upstream call has brought; a generation with tool results is several turns in one log. */
export class GenerationTurn {
  readonly request: TextRequest;
  readonly #config: ModelConfig;
  #inputTokens: number | null = null;
  readonly #content: GenerationContent;
  /** Where this turn begins in the content. */
  readonly #start: ContentMark;
  /** Where this turn's text begins in the whole, in UTF-16 code units. */
  readonly #textStart: number;
  readonly #toolCalls: ToolCall[] = [];
  readonly #toolCounts: Partial<Record<BuiltInTool, number>> = {};
  /** The provider's id of each call, by ours; undefined: there was none. */
  #vendorIds: Map<string, string> | undefined;
  #outputCharacters = 0;

  /** `config`: of the model that answers. `content`: of the generation, to which the turn will add. */
  constructor(request: TextRequest, config: ModelConfig, content: GenerationContent) {
    this.request = request;
    this.#config = config;
    this.#content = content;
    this.#start = content.mark;
    this.#textStart = content.textLength;
  }

  /** Of the whole request, earlier turns and tool results included: an estimate, made when it is asked for. */
  get inputTokens(): number {
    this.#inputTokens ??= estimateInputTokens(this.request, this.#config);
    return this.#inputTokens;
  }

  /** A provider counts from the start of its own turn's text, a generation from the start of all of it. */
  place(citation: Citation): Citation {
    const move = (index: number | null): number | null => (index === null ? null : index + this.#textStart);
    return { ...citation, startIndex: move(citation.startIndex), endIndex: move(citation.endIndex) };
  }

  addToolCall(toolCall: ToolCall, vendorId: string): void {
    this.#toolCalls.push(toolCall);
    const { builtIn, name } = toolCall;
    const tool = BUILT_IN_TOOLS.find((known) => known === name);
    if (builtIn && tool !== undefined && !opensPage(toolCall))
      this.#toolCounts[tool] = (this.#toolCounts[tool] ?? 0) + 1;
    this.#vendorIds ??= new Map();
    this.#vendorIds.set(toolCall.callId, vendorId);
  }

  /** A piece of text, of reasoning or of arguments has come. */
  noteOutput(piece: string): void {
    this.#outputCharacters += piece.length;
  }

  /** Of everything the model has put out, arguments of tool calls included. */
  get outputCharacters(): number {
    return this.#outputCharacters;
  }

  /** Runs of the provider's own tools that it bills for. */
  get toolCounts(): ToolCounts {
    return this.#toolCounts;
  }

  /** Of text, reasoning and arguments in UTF-8, at most. */
  get outputBytes(): number {
    const said = this.text + this.#reasoning;
    // A code unit takes three bytes at most.
    return Buffer.byteLength(said) + 3 * (this.#outputCharacters - said.length);
  }

  get text(): string {
    return this.#content.textSince(this.#start);
  }

  get #reasoning(): string {
    return this.#content.reasoningSince(this.#start);
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
    const forVendor = results.map((result) => ({ ...result, callId: this.#toVendorId(result.callId) }));
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

  #toVendorId(callId: string): string {
    return this.#vendorIds?.get(callId) ?? callId;
  }

  /** This turn as the assistant's message; none where nothing was said. */
  #said(state: JsonValue | null, calls: readonly ToolCall[]): readonly Message[] {
    const { text } = this;
    const reasoning = this.#reasoning;
    const toolCalls = calls.map((call) => ({ ...call, callId: this.#toVendorId(call.callId) }));
    const message = findAssistantMessage({
      text,
      reasoning,
      toolCalls,
      state,
      provider: this.#config.provider,
    });
    return message === undefined ? [] : [message];
  }
}
