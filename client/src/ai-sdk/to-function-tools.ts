import { asSchema, type ToolSet } from 'ai';
import type { JsonValue, ToolInput } from '../schema-types.ts';

/** Tools of AI SDK as the API takes them: name, description and JSON Schema. */
export const toFunctionTools = (tools: ToolSet): Promise<ToolInput[]> =>
  Promise.all(
    Object.entries(tools).map(async ([name, { description, inputSchema }]) => {
      const parameters = (await asSchema(inputSchema).jsonSchema) as JsonValue;
      return {
        function: { name, parameters, ...(typeof description === 'string' && { description }) },
      };
    }),
  );
