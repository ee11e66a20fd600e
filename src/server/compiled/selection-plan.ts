import {
  type ASTNode,
  type ASTVisitor,
  BREAK,
  type ExecutionResult,
  type FieldNode,
  getArgumentValues,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type ValidatedExecutionArgs,
  visit as visitNodes,
} from 'graphql';
import { collectFields } from './collect-fields.ts';
import { NEVER, ONLY_THIS_TIME } from './not-planned.ts';

/** Gives the value a field has in the response. Throws on anything that only plain execution does right. */
type Complete = (value: unknown, context: unknown) => unknown;
type ReadFields = (source: unknown, context: unknown) => Record<string, unknown>;
type ArgumentValues = Readonly<Record<string, unknown>>;

/** A field of an object. Its arguments are no part of its plan: at the root they differ from request to request. */
interface PlannedField {
  readonly key: string;
  readonly read: (source: unknown, context: unknown, values: ArgumentValues) => unknown;
  readonly toValues: (variables: ValidatedExecutionArgs['variableValues']) => ArgumentValues;
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** What plain execution will do again, and will say if it fails. */
const ignore = (): void => {};

/** The value, unless it is a promise or an error. */
const settled = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) throw ONLY_THIS_TIME;
  if (!isPromiseLike(value)) return value;
  value.then(ignore, ignore);
  throw NEVER;
};

const notPlannable = (): never => {
  throw NEVER;
};

/** What a resolver is told of its field, but for what differs from event to event. */
const createInfo = (
  fieldNodes: readonly FieldNode[],
  parentType: GraphQLObjectType,
  returnType: GraphQLOutputType,
  { schema, fragmentDefinitions, operation }: ValidatedExecutionArgs,
): GraphQLResolveInfo => ({
  fieldName: fieldNodes[0]?.name.value ?? '',
  fieldNodes,
  returnType,
  parentType,
  schema,
  fragments: fragmentDefinitions,
  operation,
  get variableValues(): never {
    throw NEVER;
  },
  get path(): never {
    throw NEVER;
  },
  get rootValue(): never {
    throw NEVER;
  },
  getAbortSignal: notPlannable,
  getAsyncHelpers: notPlannable,
});

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

const NO_VALUES: ArgumentValues = {};
const toNoValues = (): ArgumentValues => NO_VALUES;

const planField = (
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly [FieldNode, ...FieldNode[]],
  args: ValidatedExecutionArgs,
): PlannedField => {
  const [node] = nodes;
  const name = node.name.value;
  if (name === TypeNameMetaFieldDef.name) return { key, read: () => parentType.name, toValues: toNoValues };
  const field = args.schema.getField(parentType, name);
  if (field === undefined) throw NEVER;
  const info = createInfo(nodes, parentType, field.type, args);
  const complete = planValue(field.type, nodes, info, args);
  const { resolve } = field;
  if (resolve !== undefined)
    return {
      key,
      read: (source, context, values) => complete(settled(resolve(source, values, context, info)), context),
      toValues: (variables) => getArgumentValues(field, node, variables),
    };
  // As graphql's own resolver does it, but for methods.
  const read = (source: unknown, context: unknown): unknown => {
    const value = settled((source as Record<string, unknown>)[name]);
    if (typeof value === 'function') throw NEVER;
    return complete(value, context);
  };
  return { key, read, toValues: toNoValues };
};

const planAll = (
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  args: ValidatedExecutionArgs,
): readonly PlannedField[] => {
  const groups = collectFields(sets, type, args);
  // Assigning it would not make it a property.
  if (groups.has('__proto__')) throw NEVER;
  return Array.from(groups, ([key, nodes]) => planField(type, key, nodes, args));
};

const planFields = (
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  args: ValidatedExecutionArgs,
): ReadFields => {
  const fields = planAll(type, sets, args).map(({ key, read, toValues }) => ({
    key,
    read,
    values: toValues(args.variableValues),
  }));
  return (source, context) => {
    if (typeof source !== 'object' || source === null) throw ONLY_THIS_TIME;
    const result: Record<string, unknown> = {};
    for (const { key, read, values } of fields) result[key] = read(source, context, values);
    return result;
  };
};

const planValue = (
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  args: ValidatedExecutionArgs,
): Complete => {
  if (isNonNullType(type)) {
    const complete = planValue(type.ofType, nodes, info, args);
    return (value, context) => {
      if (value === null || value === undefined) throw ONLY_THIS_TIME;
      return complete(value, context);
    };
  }
  if (isListType(type)) {
    const complete = planValue(type.ofType, nodes, info, args);
    return (value, context) => {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) throw ONLY_THIS_TIME;
      return value.map((item) => complete(settled(item), context));
    };
  }
  if (isLeafType(type))
    return (value) => {
      if (value === null || value === undefined) return null;
      const output = type.coerceOutputValue(value);
      if (output === null || output === undefined) throw ONLY_THIS_TIME;
      return output;
    };

  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const planObject = (objectType: GraphQLObjectType): ReadFields => {
    const read = planFields(objectType, sets, args);
    const { isTypeOf } = objectType;
    if (isTypeOf === undefined || isTypeOf === null) return read;
    return (value, context) => {
      if (settled(isTypeOf(value, context, info)) !== true) throw ONLY_THIS_TIME;
      return read(value, context);
    };
  };
  if (isObjectType(type)) {
    const read = planObject(type);
    return (value, context) => (value === null || value === undefined ? null : read(value, context));
  }

  const { resolveType } = type;
  // Only the types that come are planned, when they first do.
  const plans = new Map<string, ReadFields>();
  const planType = (name: string): ReadFields => {
    const objectType = args.schema.getType(name);
    if (!isObjectType(objectType) || !args.schema.isSubType(type, objectType)) throw ONLY_THIS_TIME;
    const plan = planOnce(() => planObject(objectType));
    plans.set(name, plan);
    return plan;
  };
  return (value, context) => {
    if (value === null || value === undefined) return null;
    if (resolveType === undefined || resolveType === null) throw NEVER;
    const name = settled(resolveType(value, context, info, type));
    if (typeof name !== 'string') throw ONLY_THIS_TIME;
    return (plans.get(name) ?? planType(name))(value, context);
  };
};

/** Plans with the first value. What turns out not to be plannable is not tried again. */
const planOnce = (plan: () => ReadFields): ReadFields => {
  let read: ReadFields | undefined;
  return (source, context) => {
    try {
      read ??= plan();
      return read(source, context);
    } catch (error) {
      if (error !== NEVER) throw error;
      read = () => {
        throw ONLY_THIS_TIME;
      };
      throw ONLY_THIS_TIME;
    }
  };
};

/** The plan of an operation: of one request, or of all that send its document. */
class RootPlan {
  readonly #fields: readonly PlannedField[];
  /** The arguments of every request alike; null: they differ. */
  readonly #values: readonly ArgumentValues[] | null;
  #isUsable = true;

  constructor(args: ValidatedExecutionArgs) {
    const { operation, schema, variableValues } = args;
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) throw NEVER;
    this.#fields = planAll(rootType, [operation.selectionSet], args);
    const isAlike = (operation.variableDefinitions ?? []).length === 0;
    this.#values = isAlike ? this.toValues(variableValues) : null;
  }

  /** The arguments of the root fields of a request, in the order of the fields. */
  toValues(variables: ValidatedExecutionArgs['variableValues']): readonly ArgumentValues[] {
    return this.#values ?? this.#fields.map((field) => field.toValues(variables));
  }

  read(source: unknown, context: unknown, values: readonly ArgumentValues[]): Record<string, unknown> {
    if (!this.#isUsable || typeof source !== 'object' || source === null) throw ONLY_THIS_TIME;
    try {
      const result: Record<string, unknown> = {};
      let index = 0;
      for (const { key, read } of this.#fields) {
        result[key] = read(source, context, values[index] ?? NO_VALUES);
        index += 1;
      }
      return result;
    } catch (error) {
      if (error === NEVER) this.#isUsable = false;
      throw error;
    }
  }
}

/** Undefined where the operation cannot be planned. */
const createRootPlan = (args: ValidatedExecutionArgs): RootPlan | undefined => {
  try {
    return new RootPlan(args);
  } catch {
    // Plain execution meets the same error again, if it is one.
    return undefined;
  }
};

/** Plans by operation; `varies`: what is below its root fields differs with the variables. */
const rootPlans = new WeakMap<OperationDefinitionNode, { readonly plan: RootPlan | undefined } | 'varies'>();

/** A document that is sent again is planned once, but for the arguments of its root fields. */
const findRootPlan = (args: ValidatedExecutionArgs): RootPlan | undefined => {
  const { operation } = args;
  const known = rootPlans.get(operation);
  if (known !== undefined) return known === 'varies' ? createRootPlan(args) : known.plan;
  const made = usesVariables(args) ? 'varies' : { plan: createRootPlan(withoutValues(args)) };
  rootPlans.set(operation, made);
  return made === 'varies' ? createRootPlan(args) : made.plan;
};

const findValues = (
  plan: RootPlan | undefined,
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
  const plan = findRootPlan(args);
  const values = findValues(plan, args);
  const { contextValue } = args;
  return (event) => {
    if (plan === undefined || values === undefined) return undefined;
    try {
      return { data: plan.read(event, contextValue, values) };
    } catch {
      // Plain execution meets the same error again and reports it with its path.
      return undefined;
    }
  };
};
