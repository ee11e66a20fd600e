import type { ToolCall } from '../core/generation.ts';
import type { JsonValue } from '../core/json.ts';
import type { AssistantMessage, AssistantPart, ToolMessage } from '../core/message.ts';
import type { FinishEvent } from '../core/stream-event.ts';
import type { TextRequest } from '../core/text-request.ts';

/** What one upstream call has brought; a generation with tool results is several turns in one log. */
export class GenerationTurn {
  readonly request: TextRequest;
  /** Where this turn's text begins in the whole, in UTF-16 code units: what its citations are offset by. */
  readonly textStart: number;
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #toolCalls: ToolCall[] = [];

  constructor(request: TextRequest, textStart: number) {
    this.request = request;
    this.textStart = textStart;
  }

  addText(text: string): void {
    this.#text.push(text);
  }

  addReasoning(text: string): void {
    this.#reasoning.push(text);
  }

  addToolCall(toolCall: ToolCall): void {
    this.#toolCalls.push(toolCall);
  }

  get text(): string {
    return this.#text.join('');
  }

  /** Calls that the client has to run. */
  get pendingToolCalls(): readonly ToolCall[] {
    return this.#toolCalls.filter((toolCall) => !toolCall.builtIn);
  }

  /**
   * The request that goes on from here: this turn as the assistant's message, then the results. The model chooses
   * freely whether it calls more tools: a choice that forced a call would force it for ever.
   */
  toNextRequest(finish: FinishEvent, results: readonly ToolMessage[]): TextRequest {
    const { request } = this;
    const forced = request.toolChoice?.type === 'required' || request.toolChoice?.type === 'function';
    return {
      ...request,
      messages: [...request.messages, this.#toMessage(finish.state), ...results],
      toolChoice: forced ? null : request.toolChoice,
    };
  }

  #toMessage(state: JsonValue | null): AssistantMessage {
    const { text } = this;
    const reasoning = this.#reasoning.join('');
    const parts: AssistantPart[] = [];
    if (state !== null || reasoning !== '')
      parts.push({
        type: 'reasoning',
        text: reasoning === '' ? null : reasoning,
        opaque: state === null ? null : JSON.stringify(state),
      });
    if (text !== '') parts.push({ type: 'text', text });
    for (const { callId, name, arguments: given, opaque } of this.pendingToolCalls)
      parts.push({ type: 'tool-call', callId, name, arguments: given, opaque });
    return { role: 'assistant', parts };
  }
}
