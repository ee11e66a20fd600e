import {
  type FieldNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidatedExecutionArgs,
} from 'graphql';
import { NEVER } from './not-planned.ts';

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

/**
 * The fields a type has in some selection sets, by the key each has in the response, in the order of the response. Throws what
 * cannot be planned.
 */
export const collectFields = (
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
