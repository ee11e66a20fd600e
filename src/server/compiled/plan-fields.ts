import {
  type FieldNode,
  getArgumentValues,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type ValidatedExecutionArgs,
} from 'graphql';
import { collectFields } from './collect-fields.ts';
import { NEVER, ONLY_THIS_TIME } from './not-planned.ts';
import { type ArgumentValues, type FieldReader, NO_VALUES, type PlanOutput } from './plan-output.ts';

/** Gives what a field has in the response. Throws on anything that only plain execution does right. */
type Complete<T> = (value: unknown, context: unknown) => T;
type ReadFields<T> = (source: unknown, context: unknown) => T;

/** A field of an object. Its arguments are no part of its plan: at the root they differ from request to request. */
export interface PlannedField<T> extends FieldReader<T> {
  readonly toValues: (variables: ValidatedExecutionArgs['variableValues']) => ArgumentValues;
}

export interface Planning<T> {
  readonly args: ValidatedExecutionArgs;
  readonly output: PlanOutput<T>;
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

const toNoValues = (): ArgumentValues => NO_VALUES;

const planField = <T>(
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly [FieldNode, ...FieldNode[]],
  planning: Planning<T>,
): PlannedField<T> => {
  const { args, output } = planning;
  const [node] = nodes;
  const name = node.name.value;
  if (name === TypeNameMetaFieldDef.name)
    return { key, read: () => output.leaf(parentType.name), toValues: toNoValues };
  const field = args.schema.getField(parentType, name);
  if (field === undefined) throw NEVER;
  const info = createInfo(nodes, parentType, field.type, args);
  const complete = planValue(field.type, nodes, info, planning);
  const { resolve } = field;
  if (resolve !== undefined)
    return {
      key,
      read: (source, context, values) => complete(settled(resolve(source, values, context, info)), context),
      // A subscription would keep its whole input for a resolver that reads nothing of it.
      toValues:
        field.extensions['ignoresArguments'] === true
          ? toNoValues
          : (variables) => getArgumentValues(field, node, variables),
    };
  // As graphql's own resolver does it, but for methods.
  const read = (source: unknown, context: unknown): T => {
    const value = settled((source as Record<string, unknown>)[name]);
    if (typeof value === 'function') throw NEVER;
    return complete(value, context);
  };
  return { key, read, toValues: toNoValues };
};

/** Plans the fields a type has in some selection sets. Throws what cannot be planned. */
export const planAll = <T>(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  planning: Planning<T>,
): readonly PlannedField<T>[] => {
  const groups = collectFields(sets, type, planning.args);
  // Assigning it would not make it a property.
  if (groups.has('__proto__')) throw NEVER;
  return Array.from(groups, ([key, nodes]) => planField(type, key, nodes, planning));
};

const planFields = <T>(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  planning: Planning<T>,
): ReadFields<T> => {
  const fields = planAll(type, sets, planning);
  const values = fields.map(({ toValues }) => toValues(planning.args.variableValues));
  const read = planning.output.object(fields);
  return (source, context) => {
    if (typeof source !== 'object' || source === null) throw ONLY_THIS_TIME;
    return read(source, context, values);
  };
};

const planValue = <T>(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  planning: Planning<T>,
): Complete<T> => {
  const { output } = planning;
  if (isNonNullType(type)) {
    const complete = planValue(type.ofType, nodes, info, planning);
    return (value, context) => {
      if (value === null || value === undefined) throw ONLY_THIS_TIME;
      return complete(value, context);
    };
  }
  if (isListType(type)) {
    const complete = planValue(type.ofType, nodes, info, planning);
    return (value, context) => {
      if (value === null || value === undefined) return output.nothing;
      if (!Array.isArray(value)) throw ONLY_THIS_TIME;
      return output.list(value.map((item) => complete(settled(item), context)));
    };
  }
  if (isLeafType(type))
    return (value) => {
      if (value === null || value === undefined) return output.nothing;
      const coerced = type.coerceOutputValue(value);
      if (coerced === null || coerced === undefined) throw ONLY_THIS_TIME;
      return output.leaf(coerced);
    };
  if (isObjectType(type)) {
    const read = planObject(type, nodes, info, planning);
    return (value, context) =>
      value === null || value === undefined ? output.nothing : read(value, context);
  }
  return planAbstract(type, nodes, info, planning);
};

const planObject = <T>(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  planning: Planning<T>,
): ReadFields<T> => {
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const read = planFields(type, sets, planning);
  const { isTypeOf } = type;
  if (isTypeOf === undefined || isTypeOf === null) return read;
  return (value, context) => {
    if (settled(isTypeOf(value, context, info)) !== true) throw ONLY_THIS_TIME;
    return read(value, context);
  };
};

const planAbstract = <T>(
  type: GraphQLAbstractType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  planning: Planning<T>,
): Complete<T> => {
  const { schema } = planning.args;
  const { resolveType } = type;
  // Only the types that come are planned, when they first do.
  const plans = new Map<string, ReadFields<T>>();
  const planType = (name: string): ReadFields<T> => {
    const objectType = schema.getType(name);
    if (!isObjectType(objectType) || !schema.isSubType(type, objectType)) throw ONLY_THIS_TIME;
    const plan = planOnce(() => planObject(objectType, nodes, info, planning));
    plans.set(name, plan);
    return plan;
  };
  return (value, context) => {
    if (value === null || value === undefined) return planning.output.nothing;
    if (resolveType === undefined || resolveType === null) throw NEVER;
    const name = settled(resolveType(value, context, info, type));
    if (typeof name !== 'string') throw ONLY_THIS_TIME;
    return (plans.get(name) ?? planType(name))(value, context);
  };
};

/** Plans with the first value. What turns out not to be plannable is not tried again. */
const planOnce = <T>(plan: () => ReadFields<T>): ReadFields<T> => {
  let read: ReadFields<T> | undefined;
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
