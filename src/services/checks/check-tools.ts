import { takesJsonOutput } from '../../core/capabilities.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { OutputFormat, TextRequest, Tool } from '../../core/text-request.ts';
import { findJsonSchemaProblem } from './check-json-schema.ts';
import type { Findings } from './findings.ts';

/** What every vendor takes as the name of a function or a schema. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const NAME_RULE = '1 to 64 letters, digits, _ and -';
const DROPPED = { code: 'PARAMETER_DROPPED', to: null } as const;

const checkFunction = (
  tool: Extract<Tool, { type: 'function' }>,
  path: readonly string[],
  findings: Findings,
): void => {
  if (!NAME.test(tool.name))
    findings.reject(
      'INVALID_REQUEST',
      [...path, 'function', 'name'],
      `"${tool.name}" is no name for a function.`,
      {
        allowed: [NAME_RULE],
      },
    );
  const problem = findJsonSchemaProblem(tool.parameters);
  if (problem !== null) findings.reject('INVALID_REQUEST', [...path, 'function', 'parameters'], problem);
};

const isTaken = (tool: Tool, path: readonly string[], config: ModelConfig, findings: Findings): boolean => {
  if (tool.type === 'function') {
    checkFunction(tool, path, findings);
    if (config.functionCalling) return true;
    findings.unsupported(
      {
        path,
        from: tool.name,
        message: `The model "${config.name}" does not call functions.`,
        allowed: [],
        suggestion: 'Leave tools out, or choose a model that does: models(where: { functionCalling: true }).',
      },
      DROPPED,
    );
    return false;
  }
  if (config.builtInTools.includes(tool.tool)) return true;
  const name = tool.tool.toUpperCase();
  findings.unsupported(
    {
      path: [...path, 'builtIn'],
      from: name,
      message: `The model "${config.name}" does not have the built-in tool ${name}.`,
      allowed: config.builtInTools.map((builtIn) => builtIn.toUpperCase()),
      suggestion: `Choose a model that does: models(where: { builtInTools: [${name}] }).`,
    },
    DROPPED,
  );
  return false;
};

/** Checks tools and how they may be chosen; tools the model does not take are left out. */
export const checkTools = (
  { tools: given, toolChoice, parallelToolCalls }: GenerateInput,
  config: ModelConfig,
  findings: Findings,
): Pick<TextRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> => {
  const all = given ?? [];
  const names = all.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []));
  for (const name of new Set(names.filter((item, index) => names.indexOf(item) !== index)))
    findings.reject('INVALID_REQUEST', ['input', 'tools'], `There are several functions named "${name}".`);
  const tools = all.filter((tool, index) =>
    isTaken(tool, ['input', 'tools', String(index)], config, findings),
  );

  if (toolChoice !== null && toolChoice.type !== 'none' && all.length === 0)
    findings.reject('INVALID_REQUEST', ['input', 'toolChoice'], 'There are no tools to choose from.', {
      suggestion: 'Give tools, or leave toolChoice out.',
    });
  if (toolChoice?.type === 'function' && !names.includes(toolChoice.name))
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'toolChoice', 'function'],
      `There is no function "${toolChoice.name}" among the tools.`,
      { allowed: names },
    );
  const parallel = parallelToolCalls === true && !config.parallelToolCalls;
  if (parallel)
    findings.unsupported(
      {
        path: ['input', 'parallelToolCalls'],
        from: true,
        message: `The model "${config.name}" calls one tool at a time.`,
        allowed: ['false'],
        suggestion: 'Leave parallelToolCalls out.',
      },
      DROPPED,
    );
  // A function that was left out, and reported, cannot be chosen either.
  const isLeft =
    toolChoice?.type !== 'function' ||
    tools.some((tool) => tool.type === 'function' && tool.name === toolChoice.name);
  return {
    tools,
    toolChoice: tools.length === 0 || !isLeft ? null : toolChoice,
    parallelToolCalls: tools.length === 0 || parallel ? null : parallelToolCalls,
  };
};

/** Checks the form the answer should take; a schema the model cannot keep to becomes plain JSON where it takes that. */
export const checkOutput = (
  output: OutputFormat | null,
  config: ModelConfig,
  findings: Findings,
): OutputFormat => {
  if (output === null || output.type === 'text') return { type: 'text' };
  const weaker: OutputFormat = takesJsonOutput(config) ? { type: 'json' } : { type: 'text' };
  if (output.type === 'json') {
    if (weaker.type === 'json') return output;
    findings.unsupported(
      {
        path: ['input', 'output', 'json'],
        from: true,
        message: `The model "${config.name}" has no JSON output without a schema.`,
        allowed: config.structuredOutput ? ['schema', 'text'] : ['text'],
        suggestion: config.structuredOutput ? 'Give a schema.' : 'Ask for JSON in the prompt.',
      },
      DROPPED,
    );
    return weaker;
  }
  const path = ['input', 'output', 'schema'];
  if (!NAME.test(output.name))
    findings.reject('INVALID_REQUEST', [...path, 'name'], `"${output.name}" is no name for a schema.`, {
      allowed: [NAME_RULE],
    });
  const problem = findJsonSchemaProblem(output.schema);
  if (problem !== null) findings.reject('INVALID_REQUEST', [...path, 'schema'], problem);
  if (config.structuredOutput) return output;
  findings.unsupported(
    {
      path,
      from: output.name,
      message: `The model "${config.name}" does not keep to a JSON Schema.`,
      allowed: weaker.type === 'json' ? ['json', 'text'] : ['text'],
      suggestion: 'Choose a model that does: models(where: { structuredOutput: true }).',
    },
    { code: 'SCHEMA_DOWNGRADED', to: weaker.type },
  );
  return weaker;
};
