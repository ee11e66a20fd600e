import type Anthropic from '@anthropic-ai/sdk';
import type { BuiltInTool } from '../../../../core/model-config.ts';
import type { TextRequest, Tool, ToolChoice } from '../../../../core/text-request.ts';

/**
 * Web search and fetch are called by the model alone: called from code they would need a container, and models before
 * 4.6 refuse it.
 */
const BUILT_IN_TOOLS: Readonly<Record<BuiltInTool, Anthropic.ToolUnion>> = {
  web_search: { type: 'web_search_20260318', name: 'web_search', allowed_callers: ['direct'] },
  url_context: { type: 'web_fetch_20260318', name: 'web_fetch', allowed_callers: ['direct'] },
  code_interpreter: { type: 'code_execution_20260521', name: 'code_execution' },
};

export const toTool = (tool: Tool): Anthropic.ToolUnion =>
  tool.type === 'built-in'
    ? BUILT_IN_TOOLS[tool.tool]
    : {
        name: tool.name,
        ...(tool.description !== null && { description: tool.description }),
        // The API insists on the type, which a tool without parameters may have left out.
        input_schema: { type: 'object', ...(tool.parameters as Record<string, unknown>) },
        ...(tool.strict !== null && { strict: tool.strict }),
      };

/** null when there is nothing to say. Parallel calls are a matter of the tool choice here. */
export const toToolChoice = ({
  tools,
  toolChoice,
  parallelToolCalls,
}: Pick<TextRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>): Anthropic.ToolChoice | null => {
  if (tools.length === 0) return null;
  const single = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (toolChoice === null) return parallelToolCalls === false ? { type: 'auto', ...single } : null;
  return toolChoice.type === 'none' ? { type: 'none' } : { ...toNamedChoice(toolChoice), ...single };
};

const toNamedChoice = (
  choice: Exclude<ToolChoice, { readonly type: 'none' }>,
): Exclude<Anthropic.ToolChoice, Anthropic.ToolChoiceNone> => {
  switch (choice.type) {
    case 'auto':
      return { type: 'auto' };
    case 'required':
      return { type: 'any' };
    case 'function':
      return { type: 'tool', name: choice.name };
  }
};
