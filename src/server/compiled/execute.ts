import {
  type ExecutionArgs,
  type ExecutionResult,
  executeRootSelectionSet,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { createSelectionPlan } from './selection-plan.ts';
import { forgetArgs, validateArgs, type ValidateArgsOptions } from './validate-args.ts';

/**
 * The `execute` of the server, for queries and mutations. A query that comes again is answered by plan, at a fraction
 * of the cost, if its fields need not be waited for: since a query changes nothing, one that turns out to need plain
 * execution can be executed once more.
 */
export const createExecute = (options: ValidateArgsOptions) => {
  // What comes once only, as every document does that is too long to be remembered, is not worth a plan.
  const plannable = new WeakMap<OperationDefinitionNode, boolean>();

  return (args: ExecutionArgs): ExecutionResult | PromiseLike<ExecutionResult> => {
    const validated = validateArgs(args, options);
    forgetArgs(args);
    if (!('schema' in validated)) return { errors: validated };
    const { operation } = validated;
    if (operation.operation === OperationTypeNode.QUERY) {
      const isPlannable = plannable.get(operation);
      const planned = isPlannable === true ? createSelectionPlan(validated)({}) : undefined;
      if (planned !== undefined) return planned;
      plannable.set(operation, isPlannable === undefined);
    }
    return executeRootSelectionSet(validated);
  };
};
