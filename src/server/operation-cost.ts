import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type PassedBound, weighJson } from '../lib/weigh-json.ts';
import { type ValidateArgsOptions, validateArgs } from './compiled/validate-args.ts';
import { complexityOf } from './complexity.ts';
import { type OperationLimits, refuse } from './limits.ts';
import { withCode } from './mask-error.ts';

interface Uses {
  /** As an argument, in the operation and in every fragment of its document. */
  readonly all: number;
  /** Root fields, spreads and fragments that use it. */
  readonly roots: number;
}

const NO_USES: Uses = { all: 0, roots: 0 };

/** How often each variable is used. */
const countUses = (document: DocumentNode, operation: OperationDefinitionNode): ReadonlyMap<string, Uses> => {
  const uses = new Map<string, Uses>();
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const places = [...operation.selectionSet.selections, ...(operation.directives ?? []), ...fragments];
  for (const place of places) {
    const seen = new Set<string>();
    visit(place, {
      Variable: ({ name: { value } }) => {
        const { all, roots } = uses.get(value) ?? NO_USES;
        uses.set(value, { all: all + 1, roots: seen.has(value) ? roots : roots + 1 });
        seen.add(value);
      },
    });
  }
  return uses;
};

type VariableLimits = Pick<
  OperationLimits,
  | 'maxVariableDepth'
  | 'maxVariableValues'
  | 'maxVariableCharacters'
  | 'maxRepeatedCharacters'
  | 'maxRepeatedRootCharacters'
>;

const WORDS: Readonly<Record<PassedBound, readonly [what: string, limit: keyof VariableLimits]>> = {
  depth: ['a depth of variables', 'maxVariableDepth'],
  values: ['a number of values in its variables', 'maxVariableValues'],
  characters: ['a number of characters in its variables', 'maxVariableCharacters'],
};

/**
 * Why the variables hold too much where they are used: one that is large and used in twenty places costs as much as twenty.
 * Found before they are coerced, and at a cost that the limits bound.
 */
const createFindWeightError = (limits: VariableLimits) => {
  const known = new WeakMap<OperationDefinitionNode, ReadonlyMap<string, Uses>>();
  const usesOf = (document: DocumentNode, operation: OperationDefinitionNode) => {
    const uses = known.get(operation) ?? countUses(document, operation);
    known.set(operation, uses);
    return uses;
  };
  const refusePassed = (passed: PassedBound): GraphQLError => {
    const [what, limit] = WORDS[passed];
    return refuse(what, limits[limit] + 1, limits[limit]);
  };

  const refuseRepeated = (limit: 'maxRepeatedCharacters' | 'maxRepeatedRootCharacters'): GraphQLError =>
    refuse(
      'a number of characters in variables that are used more than once',
      limits[limit] + 1,
      limits[limit],
    );

  return (
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Readonly<Record<string, unknown>>,
  ): GraphQLError | undefined => {
    let left = limits.maxVariableValues;
    let leftCharacters = limits.maxVariableCharacters;
    let leftRepeated = limits.maxRepeatedCharacters;
    let leftOfRoots = limits.maxRepeatedRootCharacters;
    const uses = usesOf(document, operation);
    for (const [name, value] of Object.entries(values)) {
      const weight = weighJson(value, {
        depth: limits.maxVariableDepth - 1,
        values: left,
        characters: leftCharacters,
      });
      if ('passed' in weight) return refusePassed(weight.passed);
      const { all, roots } = uses.get(name) ?? NO_USES;
      const times = Math.max(all, 1);
      left -= (weight.values + 1) * times;
      leftCharacters -= weight.characters * times;
      if (left < 0) return refusePassed('values');
      leftRepeated -= weight.characters * (times - 1);
      leftOfRoots -= weight.characters * Math.max(roots - 1, 0);
      if (leftCharacters < 0) return refusePassed('characters');
      if (leftRepeated < 0) return refuseRepeated('maxRepeatedCharacters');
      if (leftOfRoots < 0) return refuseRepeated('maxRepeatedRootCharacters');
    }
    return undefined;
  };
};

export type FindCostErrors = (args: ExecutionArgs) => readonly GraphQLError[] | undefined;

/**
 * Why the operation that will be executed asks for too much, or cannot be executed with its variables. Run before
 * execution: nothing has been started yet.
 */
export const createFindCostErrors = (
  limits: OperationLimits,
  options: ValidateArgsOptions,
): FindCostErrors => {
  const findWeightError = createFindWeightError(limits);
  /** Of operations that ask for the same whatever their variables are. */
  const known = new WeakMap<OperationDefinitionNode, number>();

  const findComplexity = (
    args: ExecutionArgs,
    operation: OperationDefinitionNode,
  ): number | readonly GraphQLError[] => {
    const found = known.get(operation);
    const hasVariables = (operation.variableDefinitions ?? []).length > 0;
    if (found !== undefined && !hasVariables) return found;
    const validated = validateArgs(args, options);
    if (!('schema' in validated)) return validated.map(withCode);
    if (found !== undefined) return found;
    const { value, isFixed } = complexityOf(validated);
    if (isFixed || !hasVariables) known.set(operation, value);
    return value;
  };

  return (args) => {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return undefined;
    const tooHeavy = findWeightError(args.document, operation, args.variableValues ?? {});
    if (tooHeavy !== undefined) return [tooHeavy];
    try {
      const complexity = findComplexity(args, operation);
      if (typeof complexity !== 'number') return complexity;
      return complexity > limits.maxComplexity
        ? [refuse('a complexity', complexity, limits.maxComplexity)]
        : undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [withCode(error)];
    }
  };
};
