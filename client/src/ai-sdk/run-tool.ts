import type { ToolSet } from 'ai';
import type { ToolCall, ToolResultInput } from '../schema-types.ts';

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
    const output: unknown = await execute(
      input as Parameters<typeof execute>[0],
      options as Parameters<typeof execute>[1],
    );
    return { callId, output: output ?? null, isError: false };
  } catch (error) {
    return { callId, output: error instanceof Error ? error.message : String(error), isError: true };
  }
};
