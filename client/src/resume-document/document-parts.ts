import type {
  ArgumentNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  SelectionSetNode,
  VariableDefinitionNode,
  VariableNode,
} from 'graphql';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const name = (value: string) => ({ kind: 'Name', value }) as const;

export const field = (of: string, alias: string): FieldNode => ({
  kind: 'Field',
  name: name(of),
  alias: name(alias),
});

export const variable = (of: string): VariableNode => ({ kind: 'Variable', name: name(of) });

export const argument = (of: string, value: VariableNode): ArgumentNode => ({
  kind: 'Argument',
  name: name(of),
  value,
});

export const variableDefinition = (of: string, type: string, required = false): VariableDefinitionNode => {
  const named = { kind: 'NamedType', name: name(type) } as const;
  return {
    kind: 'VariableDefinition',
    variable: variable(of),
    type: required ? { kind: 'NonNullType', type: named } : named,
  };
};

export const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions.flatMap((node) =>
      node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [],
    ),
  );

/** Calls `visit` for each node of a tree of nodes. */
const walk = (value: unknown, visit: (node: Readonly<Record<string, unknown>>) => void): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Readonly<Record<string, unknown>>;
  if (typeof node['kind'] === 'string') visit(node);
  for (const [key, part] of Object.entries(node)) if (key !== 'loc') walk(part, visit);
};

const nameOf = (node: Readonly<Record<string, unknown>>): string =>
  (node['name'] as { readonly value: string }).value;

/** Names of the variables that are used anywhere below. */
export const variablesIn = (value: unknown): ReadonlySet<string> => {
  const names = new Set<string>();
  walk(value, (node) => {
    if (node['kind'] === 'Variable') names.add(nameOf(node));
  });
  return names;
};

/** The fragments that a node spreads, and those that these spread, each once. */
export const reachableFragments = (
  root: unknown,
  fragments: Fragments,
): readonly FragmentDefinitionNode[] => {
  const found = new Map<string, FragmentDefinitionNode>();
  const follow = (value: unknown): void =>
    walk(value, (node) => {
      if (node['kind'] !== 'FragmentSpread') return;
      const fragment = fragments.get(nameOf(node));
      if (fragment === undefined || found.has(fragment.name.value)) return;
      found.set(fragment.name.value, fragment);
      follow(fragment);
    });
  follow(root);
  return [...found.values()];
};

/** The fields of a selection, those of its fragments with them. */
export const flattenFields = (
  { selections }: SelectionSetNode,
  fragments: Fragments,
  seen: ReadonlySet<string> = new Set(),
): readonly FieldNode[] =>
  selections.flatMap((node) => {
    if (node.kind === 'Field') return [node];
    if (node.kind === 'InlineFragment') return flattenFields(node.selectionSet, fragments, seen);
    const fragment = fragments.get(node.name.value);
    // The server says what is wrong with a fragment that is missing, or spreads itself.
    if (fragment === undefined || seen.has(node.name.value)) return [];
    return flattenFields(fragment.selectionSet, fragments, new Set([...seen, node.name.value]));
  });

/**
 * The key under which a selection of a GenerationEvent certainly has a field: not within a condition of type, `@include`
 * or `@skip`.
 */
export const findFieldKey = (
  { selections }: SelectionSetNode,
  wanted: string,
  fragments: Fragments,
  seen: ReadonlySet<string> = new Set(),
): string | undefined => {
  for (const node of selections) {
    if ((node.directives?.length ?? 0) > 0) continue;
    if (node.kind === 'Field') {
      if (node.name.value === wanted) return node.alias?.value ?? wanted;
      continue;
    }
    const spread = node.kind === 'FragmentSpread' ? node.name.value : undefined;
    if (spread !== undefined && seen.has(spread)) continue;
    const inner = spread === undefined ? node : fragments.get(spread);
    if (inner === undefined || !('selectionSet' in inner)) continue;
    if ((inner.typeCondition?.name.value ?? 'GenerationEvent') !== 'GenerationEvent') continue;
    const key = findFieldKey(
      inner.selectionSet,
      wanted,
      fragments,
      spread === undefined ? seen : new Set([...seen, spread]),
    );
    if (key !== undefined) return key;
  }
  return undefined;
};
