import type { ToolCallRequest, ToolHandler } from '../generation-handle.ts';
import type { ToolPart } from '../generation-snapshot.ts';
import { GENERATION, SUBMIT_TOOL_RESULTS } from '../generated/documents.ts';
import { ModelgraphError } from '../modelgraph-error.ts';
import type { JsonValue } from '../schema-types.ts';
import type { GenerationContext } from './context.ts';
import { retryRequest } from './retry-request.ts';

export interface ToolResult {
  readonly callId: string;
  readonly output: JsonValue;
  readonly isError?: boolean;
}

export interface ToolCallsOptions {
  readonly context: GenerationContext;
  /** Ends what runs. */
  readonly signal: AbortSignal;
  /** The results have been taken by the server. */
  readonly onAnswered: (results: readonly ToolResult[]) => void;
  /** The results of a handler were refused for good. */
  readonly onFailed: (error: unknown) => void;
}

interface Turn {
  readonly generationId: string;
  readonly calls: readonly ToolPart[];
  /** Another reader of the generation, or this one before a reload, may have answered. */
  readonly mayBeAnswered: boolean;
}

const toRequest = ({ callId, name, arguments: given, argumentsText }: ToolPart): ToolCallRequest => ({
  callId,
  name,
  arguments: given,
  argumentsText,
});

/** What a handler gives, or throws, as the result of its call. */
const runHandler = async (handler: ToolHandler, call: ToolPart, signal: AbortSignal): Promise<ToolResult> => {
  const { callId } = call;
  try {
    const output: unknown = await handler(toRequest(call), { signal });
    return { callId, output: JSON.parse(JSON.stringify(output ?? null)) as JsonValue };
  } catch (error) {
    return { callId, output: error instanceof Error ? error.message : String(error), isError: true };
  }
};

/** The calls of the client's tools: runs the handler over those of a turn and hands the results in, once. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  #handler: ToolHandler | undefined;
  #turn: Turn | undefined;
  /** Calls whose turn has been begun: a connection that was resumed may tell of them again. */
  readonly #begun = new Set<string>();

  constructor(options: ToolCallsOptions) {
    this.#options = options;
  }

  setHandler(handler: ToolHandler): void {
    this.#handler = handler;
    this.#begin();
  }

  require(turn: Turn): void {
    const calls = turn.calls.filter(({ callId }) => !this.#begun.has(callId));
    this.#turn = calls.length > 0 ? { ...turn, calls } : undefined;
    this.#begin();
  }

  /**
   * Hands results in. A result of null is sent as the text that JSON has for it: the server takes no null there. The second of two submissions of the same calls, the answer to the first of which was lost, is no
   * error. Throws ModelgraphError.
   */
  async submit(generationId: string, results: readonly ToolResult[]): Promise<void> {
    const { context, signal, onAnswered } = this.#options;
    const sent = results.map((result) => ({ ...result, output: result.output ?? 'null' }));
    const send = async (sending: AbortSignal): Promise<void> => {
      try {
        await context.request(SUBMIT_TOOL_RESULTS, { generationId, results: sent }, sending);
      } catch (error) {
        const isRefused = error instanceof ModelgraphError && error.code === 'INVALID_REQUEST';
        if (!isRefused || !(await this.#wereTaken(generationId, results, sending))) throw error;
      }
    };
    await retryRequest(context, send, signal);
    onAnswered(sent);
  }

  #begin(): void {
    const turn = this.#turn;
    const handler = this.#handler;
    if (turn === undefined || handler === undefined) return;
    this.#turn = undefined;
    for (const { callId } of turn.calls) this.#begun.add(callId);
    this.#answer(turn, handler).catch((error: unknown) => {
      if (!this.#options.signal.aborted) this.#options.onFailed(error);
    });
  }

  async #answer({ generationId, calls, mayBeAnswered }: Turn, handler: ToolHandler): Promise<void> {
    const { signal } = this.#options;
    if (mayBeAnswered && !(await this.#isWaiting(generationId))) return;
    const results = await Promise.all(calls.map((call) => runHandler(handler, call, signal)));
    if (!signal.aborted) await this.submit(generationId, results);
  }

  async #isWaiting(id: string): Promise<boolean> {
    const { context, signal } = this.#options;
    const ask = (asking: AbortSignal) => context.request(GENERATION, { id }, asking);
    const { generation } = await retryRequest(context, ask, signal);
    return generation?.status === 'REQUIRES_ACTION';
  }

  async #wereTaken(id: string, results: readonly ToolResult[], signal: AbortSignal): Promise<boolean> {
    const { generation } = await this.#options.context.request(GENERATION, { id }, signal);
    const answered = new Set(generation?.messages.map(({ tool }) => tool?.callId));
    return results.every(({ callId }) => answered.has(callId));
  }
}
