import {
  type GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  type Source,
  validate,
  type ValidationRule,
} from 'graphql';
import type { ServerPlugin } from '../plugin.ts';
import { checkNesting } from '../nesting.ts';
import { createLimitRule, createNameRule, type OperationLimits } from '../limits.ts';
import { createFindCostErrors } from '../operation-cost.ts';
import { withoutRepeatedFields } from '../repeated-fields.ts';

export interface OperationLimitOptions {
  readonly limits: OperationLimits;
  /** Without it nothing is told of the schema: neither when asked, nor by guessing what a misspelt name meant. */
  readonly introspection: boolean;
}

/** Problems of a document that one answer reports, at most: each may quote what it is about. */
const MAX_ERRORS = 10;

/** Bounds what a document may hold and what one operation may ask for, on every transport, before anything is executed. */
export const useOperationLimits = ({ limits, introspection }: OperationLimitOptions): ServerPlugin => {
  const limitRules = [createNameRule(limits), createLimitRule(limits)];
  const hideSuggestions = !introspection;
  const findErrors = createFindCostErrors(limits, { hideSuggestions });

  const parseBounded = (source: string | Source) => {
    checkNesting(source, limits);
    return parse(source, { maxLexicalTokens: limits.maxTokens });
  };
  /** The limits first, alone: the other rules cost more than linear time in what the limits bound. */
  const validateBounded: typeof validate = (validated, document, rules) => {
    const passed = validate(validated, document, limitRules);
    if (passed.length > 0) return passed;
    return validate(validated, withoutRepeatedFields(document), rules, {
      hideSuggestions,
      maxErrors: MAX_ERRORS,
    });
  };
  const refuse = (
    errors: readonly GraphQLError[] | undefined,
    setResult: (result: { readonly errors: readonly GraphQLError[] }) => void,
  ): void => {
    if (errors !== undefined) setResult({ errors });
  };

  const hidden: readonly ValidationRule[] = introspection ? [] : [NoSchemaIntrospectionCustomRule];
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate({ setValidationFn, addValidationRule }) {
      setValidationFn(validateBounded);
      hidden.forEach(addValidationRule);
    },
    onExecute: ({ args, setResultAndStopExecution }) => refuse(findErrors(args), setResultAndStopExecution),
    onSubscribe: ({ args, setResultAndStopExecution }) => refuse(findErrors(args), setResultAndStopExecution),
  };
};
