import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { isDeeperThan } from '../lib/is-deeper-than.ts';
import { withCode } from './mask-error.ts';

/** What one operation may ask for, on every transport. */
export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxRootFields: number;
  readonly maxDirectives: number;
  /** Root fields that call a provider: each one costs money. */
  readonly maxCostlyRootFields: number;
  readonly maxComplexity: number;
  /** How deeply lists and objects may nest in the variables: whatever reads or writes them does so level by level. */
  readonly maxVariableDepth: number;
}

export const DEFAULT_LIMITS: OperationLimits = {
  maxTokens: 5_000,
  maxDepth: 12,
  maxAliases: 30,
  maxRootFields: 20,
  maxDirectives: 30,
  maxCostlyRootFields: 4,
  maxComplexity: 25_000,
  maxVariableDepth: 100,
};

const refuse = (what: string, found: number, most: number): GraphQLError =>
  new GraphQLError(`The operation has ${what} of ${found} or more; at most ${most} is allowed.`, {
    extensions: {
      code: 'INVALID_REQUEST',
      retryable: false,
      allowed: [`at most ${most}`],
    },
  });

interface Counts {
  aliases: number;
  directives: number;
  depth: number;
}

/** Introspection nests deeper than any query of ours: its depth is bounded by a rule of graphql's own. */
const INTROSPECTION_FIELDS = new Set(['__schema', '__type']);

/**
 * A validation rule for depth, aliases, directives and root fields, with fragments counted where they are spread.
 * Reports the first limit passed and stops there, so that a bomb of fragments costs no more than the limit.
 */
export const createLimitRule =
  (limits: OperationLimits) =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const error = findPassedLimit(operation, context, limits);
      if (error !== undefined) context.reportError(error);
      return false;
    },
  });

const findPassedLimit = (
  operation: OperationDefinitionNode,
  context: ValidationContext,
  limits: OperationLimits,
): GraphQLError | undefined => {
  const counts: Counts = { aliases: 0, directives: operation.directives?.length ?? 0, depth: 0 };
  const rootType = context.getSchema().getRootType(operation.operation);
  const rootFields = rootType?.getFields() ?? {};
  let roots = 0;
  let costly = 0;

  const enterRoot = (field: FieldNode): GraphQLError | undefined => {
    roots += 1;
    if (rootFields[field.name.value]?.extensions['costsMoney'] === true) costly += 1;
    if (roots > limits.maxRootFields) return refuse('a number of root fields', roots, limits.maxRootFields);
    if (costly > limits.maxCostlyRootFields)
      return refuse('a number of generations', costly, limits.maxCostlyRootFields);
    return undefined;
  };

  const visit = (
    set: SelectionSetNode,
    depth: number,
    spread: readonly string[],
  ): GraphQLError | undefined => {
    if (depth > limits.maxDepth) return refuse('a depth', depth, limits.maxDepth);
    for (const selection of set.selections) {
      counts.directives += selection.directives?.length ?? 0;
      if (counts.directives > limits.maxDirectives)
        return refuse('a number of directives', counts.directives, limits.maxDirectives);
      let error: GraphQLError | undefined;
      if (selection.kind === Kind.FIELD) {
        if (selection.alias !== undefined) counts.aliases += 1;
        if (counts.aliases > limits.maxAliases)
          return refuse('a number of aliases', counts.aliases, limits.maxAliases);
        if (depth === 1) error = enterRoot(selection);
        if (error === undefined && selection.selectionSet) {
          const below = INTROSPECTION_FIELDS.has(selection.name.value) ? -Infinity : depth + 1;
          error = visit(selection.selectionSet, below, spread);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        error = visit(selection.selectionSet, depth, spread);
      } else {
        const name = selection.name.value;
        const fragment = context.getFragment(name);
        // A cycle or an unknown fragment is another rule's to report.
        if (fragment && !spread.includes(name))
          error = visitFragment(fragment.selectionSet, depth, [...spread, name]);
      }
      if (error !== undefined) return error;
    }
    return undefined;
  };

  let spreads = 0;
  const visitFragment = (
    set: SelectionSetNode,
    depth: number,
    spread: readonly string[],
  ): GraphQLError | undefined => {
    spreads += 1;
    if (spreads > limits.maxTokens) return refuse('a number of fragment spreads', spreads, limits.maxTokens);
    return visit(set, depth, spread);
  };

  return visit(operation.selectionSet, 1, []);
};

/** The document with one of its operations: the only one whose cost counts. */
const withOperation = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.filter(
    (definition) => definition.kind !== Kind.OPERATION_DEFINITION || definition === operation,
  ),
});

export interface CountedOperation {
  readonly document: DocumentNode;
  /** The one in the document that is to be executed. */
  readonly operation: OperationDefinitionNode;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/**
 * Why the operation that will be executed asks for too much, or cannot be executed with its variables. Run before
 * execution: nothing has been started yet.
 */
export const createFindCostError = (
  schema: GraphQLSchema,
  { maxComplexity, maxVariableDepth }: OperationLimits,
): ((counted: CountedOperation) => GraphQLError | undefined) => {
  /** Of operations that ask for the same each time: those without variables. */
  const known = new WeakMap<OperationDefinitionNode, number>();

  const complexityOf = ({ document, operation, variableValues }: CountedOperation): number => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const { complexity } = complexityFromQuery(withOperation(document, operation), {
      schema,
      variables: { ...variableValues },
    });
    if ((operation.variableDefinitions ?? []).length === 0) known.set(operation, complexity);
    return complexity;
  };

  return (counted) => {
    if (isDeeperThan(counted.variableValues, maxVariableDepth))
      return refuse('a depth of variables', maxVariableDepth + 1, maxVariableDepth);
    try {
      const complexity = complexityOf(counted);
      return complexity > maxComplexity ? refuse('a complexity', complexity, maxComplexity) : undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return withCode(error);
    }
  };
};
