import { type DefinitionNode, Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import { hashDocument } from '../../src/server/trusted-documents/parse-documents.ts';
import { findTemplates } from './find-templates.ts';

export interface SourceFile {
  readonly path: string;
  readonly content: string;
}

export interface ExtractedDocument {
  /** The SHA-256 of the text, in hex. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

interface Found {
  readonly operations: Map<string, OperationDefinitionNode>;
  readonly fragments: Map<string, DefinitionNode>;
  readonly problems: string[];
}

const isGraphqlFile = (path: string): boolean => /\.(graphql|gql)$/.test(path);

const takeDefinition = (definition: DefinitionNode, path: string, found: Found): void => {
  if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) return;
  const isFragment = definition.kind === Kind.FRAGMENT_DEFINITION;
  const name = definition.name?.value;
  if (name === undefined) {
    found.problems.push(`${path}: an operation has no name`);
    return;
  }
  const known = isFragment ? found.fragments.get(name) : found.operations.get(name);
  if (known !== undefined && print(known) !== print(definition))
    found.problems.push(
      `${path}: another ${isFragment ? 'fragment' : 'operation'} has the name ${name} as well`,
    );
  if (isFragment) found.fragments.set(name, definition);
  else found.operations.set(name, definition);
};

const takeSource = ({ path, content }: SourceFile, found: Found): void => {
  for (const text of isGraphqlFile(path) ? [content] : findTemplates(content)) {
    try {
      for (const definition of parse(text).definitions) takeDefinition(definition, path, found);
    } catch (error) {
      found.problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
};

/** The fragments that a definition needs, and those that they need, each once. */
const listFragments = (
  definition: DefinitionNode,
  { fragments, problems }: Found,
  taken = new Map<string, DefinitionNode>(),
): ReadonlyMap<string, DefinitionNode> => {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.get(value);
      if (fragment === undefined) problems.push(`the fragment ${value} is in none of the sources`);
      if (fragment === undefined || taken.has(value)) return;
      taken.set(value, fragment);
      listFragments(fragment, { operations: new Map(), fragments, problems }, taken);
    },
  });
  return taken;
};

/**
 * One document for each operation of the sources, with the fragments that it needs, sorted by name. The same operation in
 * two places is one document. Problems are named with their files.
 */
export const extractDocuments = (
  sources: readonly SourceFile[],
): { readonly documents: readonly ExtractedDocument[]; readonly problems: readonly string[] } => {
  const found: Found = { operations: new Map(), fragments: new Map(), problems: [] };
  for (const source of sources) takeSource(source, found);
  const names = [...found.operations.keys()].toSorted();
  const documents = names.map((name) => {
    const operation = found.operations.get(name);
    if (operation === undefined) throw new TypeError(`the operation ${name} was found before`);
    const fragments = [...listFragments(operation, found)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = [operation, ...fragments.map(([, fragment]) => fragment)].map(print).join('\n\n');
    return { id: hashDocument(text), name, text };
  });
  return { documents, problems: [...new Set(found.problems)] };
};
