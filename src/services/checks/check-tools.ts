import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { FunctionTool, TextRequest, Tool, ToolChoice } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';
import { toTakenSchema } from './schemas/to-taken-schema.ts';
import { isVendorName, VENDOR_NAME_RULE } from './vendor-name.ts';

const DROPPED = { code: 'PARAMETER_DROPPED', to: null } as const;

const toTakenFunction = (
  tool: FunctionTool,
  path: readonly string[],
  config: ModelConfig,
  findings: Findings,
): FunctionTool => {
  if (!isVendorName(tool.name))
    findings.reject(
      'INVALID_REQUEST',
      [...path, 'function', 'name'],
      `"${tool.name}" is no name for a function.`,
      {
        allowed: [VENDOR_NAME_RULE],
      },
    );
  const { schema, isHeld } = toTakenSchema(tool.parameters, {
    path: [...path, 'function', 'parameters'],
    config,
    findings,
    isHeld: tool.strict === true,
    canBeLoose: true,
  });
  return { ...tool, parameters: schema, strict: tool.strict === true ? isHeld : tool.strict };
};

/** The tool as the model takes it, in a list; an empty one if it does not. */
const toTaken = (
  tool: Tool,
  path: readonly string[],
  config: ModelConfig,
  findings: Findings,
): readonly Tool[] => {
  if (tool.type === 'function') {
    const taken = toTakenFunction(tool, path, config, findings);
    if (config.functionCalling) return [taken];
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
    return [];
  }
  if (config.builtInTools.includes(tool.tool)) return [tool];
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
  return [];
};

/** Tools of one request: more than any vendor takes. */
const MAX_TOOLS = 1_024;

/** The tools; of more than `MAX_TOOLS`, which are refused, the first. */
const takeTools = (tools: readonly Tool[] | null, findings: Findings): readonly Tool[] => {
  if (tools === null || tools.length <= MAX_TOOLS) return tools ?? [];
  findings.reject(
    'INVALID_REQUEST',
    ['input', 'tools'],
    `There may be at most ${MAX_TOOLS} tools, not ${tools.length}.`,
    { allowed: [`at most ${MAX_TOOLS}`] },
  );
  return tools.slice(0, 1);
};

const checkNames = (names: readonly string[], findings: Findings): void => {
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
  for (const name of repeated)
    findings.reject('INVALID_REQUEST', ['input', 'tools'], `There are several functions named "${name}".`);
};

/** Checks a choice against the tools that were given, those that the model does not take included. */
const checkChoice = (
  choice: ToolChoice,
  { given, names }: { readonly given: readonly Tool[]; readonly names: readonly string[] },
  findings: Findings,
): void => {
  if (choice.type !== 'none' && given.length === 0)
    findings.reject('INVALID_REQUEST', ['input', 'toolChoice'], 'There are no tools to choose from.', {
      suggestion: 'Give tools, or leave toolChoice out.',
    });
  if (choice.type === 'function' && !names.includes(choice.name))
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'toolChoice', 'function'],
      `There is no function "${choice.name}" among the tools.`,
      { allowed: names },
    );
};

/** Whether the choice obliges the model to call a function that it cannot be obliged to. Says so. */
const isUnforceable = (choice: ToolChoice, config: ModelConfig, findings: Findings): boolean => {
  const isForced = choice.type === 'required' || choice.type === 'function';
  if (!isForced || config.forcedToolChoice !== false) return false;
  findings.unsupported(
    {
      path: ['input', 'toolChoice'],
      from: choice.type === 'function' ? choice.name : 'REQUIRED',
      message: `The model "${config.name}" cannot be obliged to call a function.`,
      allowed: ['AUTO', 'NONE'],
      suggestion: 'Leave toolChoice out, and ask for the call in the prompt.',
    },
    DROPPED,
  );
  return true;
};

/** The choice as it holds for the tools that are left; null: nothing is said of it. */
const toTakenChoice = (
  choice: ToolChoice | null,
  tools: readonly Tool[],
  config: ModelConfig,
  findings: Findings,
): ToolChoice | null => {
  if (choice === null || tools.length === 0) return null;
  const functions = tools.filter((tool) => tool.type === 'function');
  // A function that was left out, and reported, cannot be chosen either.
  if (choice.type === 'function' && !functions.some(({ name }) => name === choice.name)) return null;
  if (isUnforceable(choice, config, findings)) return null;
  if (config.toolChoiceCoversBuiltInTools || functions.length > 0) return choice;
  if (choice.type !== 'required') return null;
  findings.unsupported(
    {
      path: ['input', 'toolChoice'],
      from: 'REQUIRED',
      message: `The model "${config.name}" cannot be made to use a built-in tool.`,
      allowed: ['AUTO', 'NONE'],
      suggestion: 'Leave toolChoice out, and ask for it in the prompt.',
    },
    DROPPED,
  );
  return null;
};

/** null: nothing is sent of it. `canCall`: whether there is a tool that the request lets the model call. */
const checkParallelToolCalls = (
  given: boolean | null,
  canCall: boolean,
  { name, parallelToolCalls, parallelToolCallsCanBeForbidden }: ModelConfig,
  findings: Findings,
): boolean | null => {
  const path = ['input', 'parallelToolCalls'];
  if (given === true && !parallelToolCalls) {
    const message = `The model "${name}" calls one tool at a time.`;
    const suggestion = 'Leave parallelToolCalls out.';
    findings.unsupported({ path, from: true, message, allowed: ['false'], suggestion }, DROPPED);
    return null;
  }
  if (given !== false || parallelToolCallsCanBeForbidden) return given;
  // What the model does not do anyway need not be forbidden.
  if (!parallelToolCalls || !canCall) return null;
  const message = `The model "${name}" cannot be kept from calling several tools at a time.`;
  const suggestion = 'Leave parallelToolCalls out, and be ready for several calls in one turn.';
  findings.unsupported({ path, from: false, message, allowed: ['true'], suggestion }, DROPPED);
  return null;
};

/** Checks tools and how they may be chosen; tools the model does not take are left out. */
export const checkTools = (
  { tools, toolChoice, parallelToolCalls }: GenerateInput,
  config: ModelConfig,
  findings: Findings,
): Pick<TextRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> => {
  const given = takeTools(tools, findings);
  const names = given.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []));
  checkNames(names, findings);
  const taken = given.flatMap((tool, index) =>
    toTaken(tool, ['input', 'tools', String(index)], config, findings),
  );
  if (toolChoice !== null) checkChoice(toolChoice, { given, names }, findings);
  // Where a choice holds for functions alone, a built-in tool is kept from being used by not being offered.
  const isOffered = (tool: Tool): boolean =>
    tool.type === 'function' || toolChoice?.type !== 'none' || config.toolChoiceCoversBuiltInTools;
  const offered = taken.filter(isOffered);
  const canCall = offered.length > 0 && toolChoice?.type !== 'none';
  const parallel = checkParallelToolCalls(parallelToolCalls, canCall, config, findings);
  return {
    tools: offered,
    toolChoice: toTakenChoice(toolChoice, offered, config, findings),
    parallelToolCalls: offered.length === 0 ? null : parallel,
  };
};
