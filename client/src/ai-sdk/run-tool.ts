import type { ToolSet } from 'ai';
import type { ToolCall, ToolResultInput } from '../schema-types.ts';

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** What a tool gives: of one that gives preliminary results as an iteration, the last. */
const getOutput = async (given: unknown): Promise<unknown> => {
  if (!isAsyncIterable(given)) return given;
  let last: unknown;
  for await (const output of given) last = output;
  return last;
};

/** The result of a call of a tool that has `execute`; undefined for any other. What it throws is told to the model. */
export const runTool = async (
  tools: ToolSet,
  { callId, name, arguments: input }: ToolCall,
  abortSignal: AbortSignal,
): Promise<ToolResultInput | undefined> => {
  const execute = Object.hasOwn(tools, name) ? tools[name]?.execute : undefined;
  if (execute === undefined) return undefined;
  try {
    const options = { toolCallId: callId, messages: [], abortSignal, context: {} };
    const given: unknown = await execute(
      input as Parameters<typeof execute>[0],
      options as Parameters<typeof execute>[1],
    );
    const output = await getOutput(given);
    // As JSON has it: what has no form in it is an error of the tool.
    return { callId, output: JSON.parse(JSON.stringify(output ?? null)) as unknown, isError: false };
  } catch (error) {
    return { callId, output: error instanceof Error ? error.message : String(error), isError: true };
  }
};
