import type { FieldComplexity } from '@pothos/plugin-complexity';
import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  isInterfaceType,
  isListType,
  isNullableType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValidatedExecutionArgs,
} from 'graphql';

/** Of a field that says nothing of its complexity: none of the schema's own, since its builder fills them in. */
const FIELD = 1;
const LIST_MULTIPLIER = 10;

/** What a field declares; a function is given the arguments as coerced for this operation. */
type Declared = FieldComplexity<object, Readonly<Record<string, unknown>>> | undefined;
type Counted = Pick<
  ValidatedExecutionArgs,
  'schema' | 'operation' | 'fragmentDefinitions' | 'variableValues'
>;

const isList = (field: GraphQLField<unknown, unknown>): boolean =>
  isListType(isNullableType(field.type) ? field.type : field.type.ofType);

const declarationOf = ({ extensions }: GraphQLField<unknown, unknown>): Declared =>
  extensions['complexity'] as Declared;

const declaredBy = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  { variableValues }: Counted,
): { readonly field: number; readonly multiplier: number } => {
  const declared = declarationOf(field);
  const found =
    typeof declared === 'function'
      ? declared(getArgumentValues(field, node, variableValues), {}, field)
      : declared;
  const multiplier = isList(field) ? LIST_MULTIPLIER : 1;
  return typeof found === 'number'
    ? { field: found, multiplier }
    : { field: found?.field ?? FIELD, multiplier: found?.multiplier ?? multiplier };
};

export interface Complexity {
  readonly value: number;
  /** Whether it is the same for all variables: no field of the operation counts its arguments. */
  readonly isFixed: boolean;
}

/**
 * The complexity of an operation as the complexity plugin of the schema builder counts it, from the variables as they were
 * coerced for its execution: the plugin would coerce them once more. A selection set is counted once for each type it is
 * selected on, however often its fragment is spread. The operation has been validated: nothing in it is unknown or cyclic.
 */
export const complexityOf = (counted: Counted): Complexity => {
  let isFixed = true;
  const known = new Map<SelectionSetNode, Map<GraphQLNamedType, number>>();

  const ofField = (node: FieldNode, type: GraphQLNamedType): number => {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined) return FIELD;
    isFixed &&= typeof declarationOf(field) !== 'function';
    const { field: own, multiplier } = declaredBy(field, node, counted);
    const below = node.selectionSet ? ofSet(node.selectionSet, getNamedType(field.type)) : 0;
    return own + below * Math.max(multiplier, 0);
  };
  const ofFragment = (set: SelectionSetNode, condition: string | undefined, type: GraphQLNamedType): number =>
    ofSet(set, condition === undefined ? type : (counted.schema.getType(condition) ?? type));
  const countSet = ({ selections }: SelectionSetNode, type: GraphQLNamedType): number => {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum += ofField(selection, type);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        sum += ofFragment(selection.selectionSet, selection.typeCondition?.name.value, type);
      else {
        const fragment = counted.fragmentDefinitions[selection.name.value];
        if (fragment) sum += ofFragment(fragment.selectionSet, fragment.typeCondition.name.value, type);
      }
    }
    return sum;
  };
  const ofSet = (set: SelectionSetNode, type: GraphQLNamedType): number => {
    const byType = known.get(set) ?? new Map<GraphQLNamedType, number>();
    known.set(set, byType);
    const found = byType.get(type) ?? countSet(set, type);
    byType.set(type, found);
    return found;
  };

  const { schema, operation } = counted;
  const rootType = schema.getRootType(operation.operation);
  const value = rootType ? ofSet(operation.selectionSet, rootType) : 0;
  return { value, isFixed };
};
