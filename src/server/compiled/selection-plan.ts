import {
  type ASTNode,
  type ASTVisitor,
  BREAK,
  type ExecutionResult,
  type FieldNode,
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type ValidatedExecutionArgs,
  visit as visitNodes,
} from 'graphql';

/** Gives the value a field has in the response. Throws on anything that only plain execution does right. */
type Complete = (value: unknown, context: unknown) => unknown;
type ReadFields = (source: unknown, context: unknown) => Record<string, unknown>;

/** Thrown where a value is left to plain execution: the next one may be planned for again. */
const ONLY_THIS_TIME = new Error('The value is an unusual one.');
/** Thrown where no value of the type will ever be read right by a plan. */
const NEVER = new Error('The selection cannot be planned.');

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

const isIncluded = ({ directives = [] }: SelectionNode, args: ValidatedExecutionArgs): boolean =>
  directives.every((directive) => {
    const node = { directives: [directive] };
    switch (directive.name.value) {
      case GraphQLSkipDirective.name:
        return getDirectiveValues(GraphQLSkipDirective, node, args.variableValues)?.['if'] !== true;
      case GraphQLIncludeDirective.name:
        return getDirectiveValues(GraphQLIncludeDirective, node, args.variableValues)?.['if'] !== false;
      default:
        throw NEVER;
    }
  });

type FieldGroups = Map<string, [FieldNode, ...FieldNode[]]>;

/** The fields a type has in some selection sets, by the key each has in the response, in the order of the response. */
const collectFields = (
  sets: readonly SelectionSetNode[],
  type: GraphQLObjectType,
  args: ValidatedExecutionArgs,
): FieldGroups => {
  const groups: FieldGroups = new Map();
  const visited = new Set<string>();

  const applies = (name: string | undefined): boolean => {
    if (name === undefined || name === type.name) return true;
    const condition = args.schema.getType(name);
    return isAbstractType(condition) && args.schema.isSubType(condition, type);
  };
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, args)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [selection]);
        else group.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value)) visit(selection.selectionSet);
      } else {
        const name = selection.name.value;
        const fragment = args.fragments[name];
        if (fragment === undefined || fragment.variableSignatures !== undefined) throw NEVER;
        if (visited.has(name) || !applies(fragment.definition.typeCondition.name.value)) continue;
        visited.add(name);
        visit(fragment.definition.selectionSet);
      }
    }
  };
  sets.forEach(visit);
  return groups;
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

/** What is below the root fields of an operation, by their keys; null where it differs with the variables. */
const planned = new WeakMap<OperationDefinitionNode, Map<string, Complete> | null>();

/** A document that is sent again is planned once: what is below its root fields is the same for every request. */
const findShared = (args: ValidatedExecutionArgs): Map<string, Complete> | undefined => {
  const known = planned.get(args.operation);
  if (known !== undefined) return known ?? undefined;
  const made = usesVariables(args) ? null : new Map<string, Complete>();
  planned.set(args.operation, made);
  return made ?? undefined;
};

/** What does not belong to one request alone, to be kept as long as the document is. */
const withoutValues = (args: ValidatedExecutionArgs): ValidatedExecutionArgs => ({
  ...args,
  rootValue: undefined,
  contextValue: undefined,
  variableValues: { sources: {}, coerced: {} },
  rawVariableValues: undefined,
});

const planField = (
  parentType: GraphQLObjectType,
  nodes: readonly [FieldNode, ...FieldNode[]],
  args: ValidatedExecutionArgs,
  shared?: Map<string, Complete>,
): Complete => {
  const [node] = nodes;
  const name = node.name.value;
  if (name === TypeNameMetaFieldDef.name) return () => parentType.name;
  const field = args.schema.getField(parentType, name);
  if (field === undefined) throw NEVER;
  const info = createInfo(nodes, parentType, field.type, args);
  const key = (node.alias ?? node.name).value;
  const complete =
    shared?.get(key) ?? planValue(field.type, nodes, info, shared === undefined ? args : withoutValues(args));
  shared?.set(key, complete);
  const { resolve } = field;
  const values = getArgumentValues(field, node, args.variableValues);
  if (resolve !== undefined)
    return (source, context) => complete(settled(resolve(source, values, context, info)), context);
  // As graphql's own resolver does it, but for methods.
  return (source, context) => {
    const value = settled((source as Record<string, unknown>)[name]);
    if (typeof value === 'function') throw NEVER;
    return complete(value, context);
  };
};

const planFields = (
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  args: ValidatedExecutionArgs,
  shared?: Map<string, Complete>,
): ReadFields => {
  const groups = collectFields(sets, type, args);
  // Assigning it would not make it a property.
  if (groups.has('__proto__')) throw NEVER;
  const fields = Array.from(groups, ([key, nodes]) => [key, planField(type, nodes, args, shared)] as const);
  return (source, context) => {
    if (typeof source !== 'object' || source === null) throw ONLY_THIS_TIME;
    const result: Record<string, unknown> = {};
    for (const [key, read] of fields) result[key] = read(source, context);
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

/** Whole plans of operations without variables, whose arguments are the same each time, too. */
const wholePlans = new WeakMap<OperationDefinitionNode, ReadFields>();

const planRoot = (args: ValidatedExecutionArgs): ReadFields => {
  const { operation, schema } = args;
  const isWhole = (operation.variableDefinitions ?? []).length === 0;
  const kept = isWhole ? withoutValues(args) : args;
  const read = planOnce(() => {
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) throw NEVER;
    return planFields(rootType, [operation.selectionSet], kept, findShared(kept));
  });
  if (isWhole) wholePlans.set(operation, read);
  return read;
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
  const read = wholePlans.get(args.operation) ?? planRoot(args);
  return (event) => {
    try {
      return { data: read(event, args.contextValue) };
    } catch {
      // Plain execution meets the same error again and reports it with its path.
      return undefined;
    }
  };
};
