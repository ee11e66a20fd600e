import { type DocumentNode, type FieldNode, Kind, type SelectionNode, visit } from 'graphql';

/** What a field is known by that says nothing but its name; undefined for one that says more. */
const keyOf = (selection: SelectionNode): string | undefined => {
  if (selection.kind !== Kind.FIELD) return undefined;
  const { alias, name, arguments: given = [], directives = [], selectionSet }: FieldNode = selection;
  if (given.length > 0 || directives.length > 0 || selectionSet !== undefined) return undefined;
  return alias === undefined ? name.value : `${alias.value}:${name.value}`;
};

/** Fields that were selected before in the same selection set, and add nothing to the answer. */
export const findRepeatedFields = (document: DocumentNode): ReadonlySet<SelectionNode> => {
  const repeated = new Set<SelectionNode>();
  visit(document, {
    SelectionSet({ selections }) {
      const seen = new Set<string>();
      for (const selection of selections) {
        const key = keyOf(selection);
        if (key === undefined) continue;
        if (seen.has(key)) repeated.add(selection);
        seen.add(key);
      }
    },
  });
  return repeated;
};

/** The document without its repeated fields: validation would compare each of them with every other. */
export const withoutRepeatedFields = (document: DocumentNode): DocumentNode => {
  const repeated = findRepeatedFields(document);
  if (repeated.size === 0) return document;
  return visit(document, { Field: (node) => (repeated.has(node) ? null : undefined) });
};
