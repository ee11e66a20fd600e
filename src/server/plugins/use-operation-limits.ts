import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  type Source,
  validate,
  type ValidationRule,
} from 'graphql';
import type { ServerPlugin } from '../plugin.ts';
import { createFindCostError, createLimitRule, type OperationLimits } from '../limits.ts';

export interface OperationLimitOptions {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits;
  /** Without it nothing is told of the schema: neither when asked, nor by guessing what a misspelt name meant. */
  readonly introspection: boolean;
}

interface RequestedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Bounds what a document may hold and what one operation may ask for, on every transport, before anything is executed. */
export const useOperationLimits = ({
  schema,
  limits,
  introspection,
}: OperationLimitOptions): ServerPlugin => {
  const limitRule = createLimitRule(limits);
  const findCostError = createFindCostError(schema, limits);

  const parseBounded = (source: string | Source) => parse(source, { maxLexicalTokens: limits.maxTokens });
  /** The limits first, alone: the other rules cost more than linear time in what the limits bound. */
  const validateBounded: typeof validate = (validated, document, rules) => {
    const passed = validate(validated, document, [limitRule]);
    return passed.length > 0
      ? passed
      : validate(validated, document, rules, { hideSuggestions: !introspection });
  };
  const findError = ({ document, operationName, variableValues }: RequestedOperation) => {
    const operation = getOperationAST(document, operationName);
    return operation
      ? findCostError({ document, operation, variableValues: variableValues ?? {} })
      : undefined;
  };

  const hidden: readonly ValidationRule[] = introspection ? [] : [NoSchemaIntrospectionCustomRule];
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate({ setValidationFn, addValidationRule }) {
      setValidationFn(validateBounded);
      hidden.forEach(addValidationRule);
    },
    onExecute({ args, setResultAndStopExecution }) {
      const error = findError(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = findError(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
  };
};
