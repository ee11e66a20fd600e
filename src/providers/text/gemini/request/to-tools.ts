import { FunctionCallingConfigMode, type Tool, type ToolConfig } from '@google/genai/web';
import type { BuiltInTool } from '../../../../core/model-config.ts';
import type { FunctionTool, TextRequest, ToolChoice } from '../../../../core/text-request.ts';

export interface GeminiTools {
  readonly tools?: Tool[];
  readonly toolConfig?: ToolConfig;
}

/** The tools of a request and how they may be used; empty when it has none. */
export const toTools = ({ tools, toolChoice }: TextRequest): GeminiTools => {
  const functions = tools.filter((tool) => tool.type === 'function');
  const builtIn = tools.flatMap((tool) => (tool.type === 'built-in' ? toBuiltInTool(tool.tool) : []));
  if (functions.length === 0) return builtIn.length === 0 ? {} : { tools: builtIn };
  const isMixed = builtIn.length > 0;
  // Both kinds in one request: the API wants this flag, and knows no AUTO then. Their parts come back in the answer.
  const mixed: ToolConfig = isMixed ? { includeServerSideToolInvocations: true } : {};
  const isChecked = isMixed || functions.some(({ strict }) => strict === true);
  const functionCallingConfig = toFunctionCallingConfig(toolChoice, isChecked);
  const toolConfig: ToolConfig = {
    ...mixed,
    ...(functionCallingConfig !== undefined && { functionCallingConfig }),
  };
  return {
    tools: [{ functionDeclarations: functions.map(toFunctionDeclaration) }, ...builtIn],
    ...(Object.keys(toolConfig).length > 0 && { toolConfig }),
  };
};

const toFunctionDeclaration = ({
  name,
  description,
  parameters,
}: FunctionTool): NonNullable<Tool['functionDeclarations']>[number] => ({
  name,
  ...(description !== null && { description }),
  parametersJsonSchema: parameters,
});

const toBuiltInTool = (tool: BuiltInTool): Tool => {
  switch (tool) {
    case 'web_search':
      return { googleSearch: {} };
    case 'code_interpreter':
      return { codeExecution: {} };
    case 'url_context':
      return { urlContext: {} };
  }
};

/** VALIDATED leaves the choice to the model, as AUTO does, and holds it to the schemas. */
const toFunctionCallingConfig = (
  choice: ToolChoice | null,
  isChecked: boolean,
): ToolConfig['functionCallingConfig'] | undefined => {
  switch (choice?.type) {
    case undefined:
      return isChecked ? { mode: FunctionCallingConfigMode.VALIDATED } : undefined;
    case 'auto':
      return { mode: isChecked ? FunctionCallingConfigMode.VALIDATED : FunctionCallingConfigMode.AUTO };
    case 'none':
      return { mode: FunctionCallingConfigMode.NONE };
    case 'required':
      return { mode: FunctionCallingConfigMode.ANY };
    case 'function':
      return { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [choice.name] };
  }
};
