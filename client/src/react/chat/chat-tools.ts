import type { ToolCallRequest, ToolHandler } from '../../generation-handle.ts';
import type { JsonValue, ToolInput } from '../../schema-types.ts';
import { type SchemaSource, toJsonSchema } from '../to-json-schema.ts';

/** A tool of the page. Its name is its key in `tools`. */
export interface ChatTool<Arguments = never> {
  readonly description?: string;
  /** JSON Schema of the arguments, or anything with `toJSONSchema()`, such as a schema of Zod. */
  readonly parameters: SchemaSource;
  /** Answers a call; what it throws goes to the model as an error. Without it, a person answers by `addToolResult`. */
  readonly execute?: (
    given: Arguments,
    options: { readonly callId: string; readonly signal: AbortSignal },
  ) => JsonValue | Promise<JsonValue>;
}

// The arguments of each tool are its own.
// oxlint-disable-next-line typescript/no-explicit-any
export type ChatTools = Readonly<Record<string, ChatTool<any>>>;

export const toToolInputs = (tools: ChatTools): readonly ToolInput[] =>
  Object.entries(tools).map(([name, { description, parameters }]) => ({
    function: {
      name,
      parameters: toJsonSchema(parameters),
      ...(description !== undefined && { description }),
    },
  }));

export interface ToolAnswer {
  readonly output: JsonValue;
  readonly isError: boolean;
}

interface WaitingCall {
  readonly resolve: (output: JsonValue) => void;
  readonly reject: (reason: unknown) => void;
}

/** The calls that wait for a person. An answer may come before the wait for it has begun. */
export class WaitingCalls {
  readonly #waiting = new Map<string, WaitingCall>();
  readonly #answers = new Map<string, ToolAnswer>();

  async wait(callId: string, signal: AbortSignal): Promise<JsonValue> {
    try {
      return await new Promise<JsonValue>((resolve, reject) => {
        this.#waiting.set(callId, { resolve, reject });
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        this.#settle(callId);
      });
    } finally {
      this.#waiting.delete(callId);
      this.#answers.delete(callId);
    }
  }

  answer(callId: string, answer: ToolAnswer): void {
    this.#answers.set(callId, answer);
    this.#settle(callId);
  }

  #settle(callId: string): void {
    const waiting = this.#waiting.get(callId);
    const answer = this.#answers.get(callId);
    if (waiting === undefined || answer === undefined) return;
    const { output, isError } = answer;
    if (isError) waiting.reject(new Error(typeof output === 'string' ? output : JSON.stringify(output)));
    else waiting.resolve(output);
  }
}

/** Runs a call by its tool. */
export const createToolHandler =
  (getTools: () => ChatTools, waitingCalls: WaitingCalls): ToolHandler =>
  (call: ToolCallRequest, { signal }) => {
    const { callId, name } = call;
    const tool = Object.hasOwn(getTools(), name) ? getTools()[name] : undefined;
    if (tool === undefined) throw new Error(`There is no tool "${name}".`);
    if (tool.execute === undefined) return waitingCalls.wait(callId, signal);
    return tool.execute(call.arguments, { callId, signal });
  };
