import {
  type ASTNode,
  type ASTVisitor,
  BREAK,
  type ExecutionResult,
  Kind,
  type OperationDefinitionNode,
  type ValidatedExecutionArgs,
  visit as visitNodes,
} from 'graphql';
import { NEVER, ONLY_THIS_TIME } from './not-planned.ts';
import { planAll, type PlannedField, type Planning } from './plan-fields.ts';
import {
  type ArgumentValues,
  beginJsonText,
  JSON_TEXT,
  type ObjectReader,
  type PlanOutput,
  VALUES,
} from './plan-output.ts';
import { NO_REQUEST, SharedResults } from './shared-results.ts';

/** Whether anything but the arguments of the root fields depends on variables. */
const usesVariables = ({ operation, fragmentDefinitions }: ValidatedExecutionArgs): boolean => {
  const rootArguments = new Set<ASTNode>(
    operation.selectionSet.selections.flatMap((selection) =>
      selection.kind === Kind.FIELD ? (selection.arguments ?? []) : [],
    ),
  );
  let found = false;
  const visitor: ASTVisitor = {
    Argument: (node) => (rootArguments.has(node) ? false : undefined),
    Variable() {
      found = true;
      return BREAK;
    },
  };
  for (const node of [operation.selectionSet, ...Object.values(fragmentDefinitions)])
    visitNodes(node, visitor);
  return found;
};

/** What does not belong to one request alone, to be kept as long as the document is. */
const withoutValues = (args: ValidatedExecutionArgs): ValidatedExecutionArgs => ({
  ...args,
  rootValue: undefined,
  contextValue: undefined,
  variableValues: { sources: {}, coerced: {} },
  rawVariableValues: undefined,
});

/** The plan of an operation: of one request, or of all that send its document. */
class RootPlan<T> {
  /** The results that are the same for every request. */
  readonly shared = new SharedResults<T>((event) => this.read(event, NO_REQUEST, this.#noValues));
  readonly #fields: readonly PlannedField<T>[];
  readonly #readFields: ObjectReader<T>;
  /** The arguments of every request alike; null: they differ. */
  readonly #values: readonly ArgumentValues[] | null;
  readonly #noValues: readonly ArgumentValues[];
  #isUsable = true;

  constructor(planning: Planning<T>) {
    const { operation, schema, variableValues } = planning.args;
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) throw NEVER;
    this.#fields = planAll(rootType, [operation.selectionSet], planning);
    this.#readFields = planning.output.object(this.#fields);
    this.#noValues = this.#fields.map(() => NO_REQUEST);
    const isAlike = (operation.variableDefinitions ?? []).length === 0;
    this.#values = isAlike ? this.toValues(variableValues) : null;
  }

  /** The arguments of the root fields of a request, in the order of the fields. */
  toValues(variables: ValidatedExecutionArgs['variableValues']): readonly ArgumentValues[] {
    return this.#values ?? this.#fields.map((field) => field.toValues(variables));
  }

  read(source: unknown, context: unknown, values: readonly ArgumentValues[]): T {
    if (!this.#isUsable || typeof source !== 'object' || source === null) throw ONLY_THIS_TIME;
    try {
      return this.#readFields(source, context, values);
    } catch (error) {
      if (error === NEVER) this.#isUsable = false;
      throw error;
    }
  }
}

/** Undefined where the operation cannot be planned. */
const createRootPlan = <T>(planning: Planning<T>): RootPlan<T> | undefined => {
  try {
    return new RootPlan(planning);
  } catch {
    // Plain execution meets the same error again, if it is one.
    return undefined;
  }
};

/** Plans of one output by operation; `varies`: what is below its root fields differs with the variables. */
class RootPlans<T> {
  readonly #output: PlanOutput<T>;
  readonly #plans = new WeakMap<
    OperationDefinitionNode,
    { readonly plan: RootPlan<T> | undefined } | 'varies'
  >();

  constructor(output: PlanOutput<T>) {
    this.#output = output;
  }

  /** A document that is sent again is planned once, but for the arguments of its root fields. */
  find(args: ValidatedExecutionArgs): RootPlan<T> | undefined {
    const { operation } = args;
    const output = this.#output;
    const known = this.#plans.get(operation);
    if (known !== undefined) return known === 'varies' ? createRootPlan({ args, output }) : known.plan;
    const made = usesVariables(args)
      ? 'varies'
      : { plan: createRootPlan({ args: withoutValues(args), output }) };
    this.#plans.set(operation, made);
    return made === 'varies' ? createRootPlan({ args, output }) : made.plan;
  }
}

const valuePlans = new RootPlans(VALUES);
const jsonPlans = new RootPlans(JSON_TEXT);

const findValues = <T>(
  plan: RootPlan<T> | undefined,
  { variableValues }: ValidatedExecutionArgs,
): readonly ArgumentValues[] | undefined => {
  try {
    return plan?.toValues(variableValues);
  } catch {
    // Plain execution reports it with its path.
    return undefined;
  }
};

/**
 * Compiles the selection of a query or a subscription: the function given turns a root value (of a subscription, an
 * event) into its result, the same that plain execution gives, keys in the same order. It gives undefined for a value
 * that only plain execution answers right: one with an error, a null where none may be, or a field that has to be
 * awaited.
 */
export const createSelectionPlan = (
  args: ValidatedExecutionArgs,
): ((event: unknown) => ExecutionResult | undefined) => {
  const plan = valuePlans.find(args);
  const values = findValues(plan, args);
  const { contextValue } = args;
  return (event) => {
    if (plan === undefined || values === undefined) return undefined;
    try {
      return { data: plan.read(event, contextValue, values) as Record<string, unknown> };
    } catch {
      // Plain execution meets the same error again and reports it with its path.
      return undefined;
    }
  };
};

/**
 * As `createSelectionPlan`, but the function gives the JSON of the result, in UTF-8 as `toByteText` gives it. `isShared`: the event
 * may be sent to other subscribers in the same turn. Undefined also for a result whose size has to be measured first.
 */
export const createJsonPlan = (
  args: ValidatedExecutionArgs,
): ((event: unknown, isShared: boolean) => string | undefined) => {
  const plan = jsonPlans.find(args);
  const values = findValues(plan, args);
  const { contextValue } = args;
  return (event, isShared) => {
    if (plan === undefined || values === undefined) return undefined;
    try {
      beginJsonText();
      const shared = isShared ? plan.shared.find(event) : undefined;
      return `{"data":${shared ?? plan.read(event, contextValue, values)}}`;
    } catch {
      // Plain execution meets the same error again and reports it with its path.
      return undefined;
    }
  };
};
