import {
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  isInputType,
  typeFromAST,
  type ValidatedExecutionArgs,
  validateExecutionArgs,
  type VariableDefinitionNode,
} from 'graphql';
import { findInputProblems, type InputProblem } from '../../schema/input-problems.ts';

/** Problems of variables that one answer reports, at most. */
const MAX_PROBLEMS = 10;

export interface ValidateArgsOptions {
  readonly hideSuggestions: boolean;
}

type Validated = ValidatedExecutionArgs | readonly GraphQLError[];

const toPathText = (path: InputProblem['path']): string =>
  path.length === 0
    ? ''
    : ` at ${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`;

/** The problems of one variable, in graphql's words but for what they quote. */
const findVariableErrors = (
  { schema, variableValues }: ExecutionArgs,
  node: VariableDefinitionNode,
  options: ValidateArgsOptions & { readonly most: number },
): readonly GraphQLError[] => {
  const name = node.variable.name.value;
  const type = typeFromAST(schema, node.type);
  const value = variableValues && Object.hasOwn(variableValues, name) ? variableValues[name] : undefined;
  if (!isInputType(type) || (value === undefined && node.defaultValue)) return [];
  return findInputProblems(value, type, options).map(
    ({ path, message }) =>
      new GraphQLError(`Variable "$${name}" has invalid value${toPathText(path)}: ${message}`, {
        nodes: node,
      }),
  );
};

const findErrors = (args: ExecutionArgs, options: ValidateArgsOptions): readonly GraphQLError[] => {
  const definitions = getOperationAST(args.document, args.operationName)?.variableDefinitions ?? [];
  const errors: GraphQLError[] = [];
  for (const node of definitions) {
    const most = MAX_PROBLEMS - errors.length;
    if (most > 0) errors.push(...findVariableErrors(args, node, { ...options, most }));
  }
  return errors;
};

const validate = (args: ExecutionArgs, options: ValidateArgsOptions): Validated => {
  // graphql says of one problem only that there is one: it would quote the whole value for each of them.
  const validated = validateExecutionArgs({
    ...args,
    hideSuggestions: true,
    options: { ...args.options, maxCoercionErrors: 1 },
  });
  if ('schema' in validated) return { ...validated, hideSuggestions: options.hideSuggestions };
  const errors = findErrors(args, options);
  // A default of the document that does not fit, for instance.
  return errors.length > 0 ? errors : validated;
};

interface Known {
  readonly args: ExecutionArgs;
  readonly validated: Validated;
}

/** The latest for each context; a context belongs to one operation. */
const known = new WeakMap<object, Known>();

const isSame = (a: ExecutionArgs, b: ExecutionArgs): boolean =>
  a.document === b.document &&
  a.operationName === b.operationName &&
  a.variableValues === b.variableValues &&
  a.rootValue === b.rootValue &&
  a.schema === b.schema;

/**
 * The arguments of an execution with its variables coerced, or the errors that keep it from being executed, ten at the most.
 * Steps of the server that ask for the same operation of one context share one coercion.
 */
export const validateArgs = (args: ExecutionArgs, options: ValidateArgsOptions): Validated => {
  const { contextValue } = args;
  if (typeof contextValue !== 'object' || contextValue === null) return validate(args, options);
  const found = known.get(contextValue);
  if (found !== undefined && isSame(found.args, args)) return found.validated;
  const validated = validate(args, options);
  known.set(contextValue, { args, validated });
  return validated;
};

/**
 * Lets go of what was coerced, once an operation begins. What was coerced refers to its context, so that an operation that is
 * not forgotten stays in memory until the next full collection, with its answer: those of the young generation take what a weak
 * map holds for alive.
 */
export const forgetArgs = ({ contextValue }: ExecutionArgs): void => {
  if (typeof contextValue === 'object' && contextValue !== null) known.delete(contextValue);
};
