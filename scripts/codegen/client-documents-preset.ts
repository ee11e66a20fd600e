import type { Types } from '@graphql-codegen/plugin-helpers';
import { type DocumentNode, Kind, print, stripIgnoredCharacters, visit } from 'graphql';

/** A definition of the client's documents: its text, and the fragments that it spreads, each once. */
export interface Definition {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly spreads: readonly string[];
}

export const readDefinitions = (document: DocumentNode): Definition[] =>
  document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) return [];
    const spreads = new Set<string>();
    visit(node, { FragmentSpread: ({ name }) => void spreads.add(name.value) });
    const kind = node.kind === Kind.FRAGMENT_DEFINITION ? 'fragment' : node.operation;
    const text = stripIgnoredCharacters(print(node));
    return [{ name: node.name?.value ?? '', kind, text, spreads: [...spreads] }];
  });

export const toConstant = (name: string): string =>
  name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** All fragments that a definition needs, each before those that spread it. */
export const findNeeded = (
  { spreads }: Definition,
  fragments: ReadonlyMap<string, Definition>,
  found: Set<string> = new Set(),
): Set<string> => {
  for (const name of spreads) {
    const fragment = fragments.get(name);
    if (fragment === undefined) throw new Error(`There is no fragment ${name}.`);
    if (found.has(name)) continue;
    findNeeded(fragment, fragments, found);
    found.add(name);
  }
  return found;
};

/** The documents as constants: each fragment's text is there once, and each operation joins those that it needs. */
const toModule = (documents: readonly DocumentNode[], wanted: RegExp): string => {
  const definitions = documents.flatMap(readDefinitions);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === 'fragment').map((fragment) => [fragment.name, fragment]),
  );
  const operations = definitions.filter(({ kind, name }) => kind !== 'fragment' && wanted.test(name));
  const ordered = new Set<string>();
  for (const operation of operations) findNeeded(operation, fragments, ordered);
  const types = operations.flatMap(({ name, kind }) => {
    const type = `${name}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    return [type, `${type}Variables`];
  });
  const lines = [...ordered].map((name) => {
    const { text } = fragments.get(name) as Definition;
    return `const ${toConstant(name)} = ${JSON.stringify(text)};`;
  });
  for (const operation of operations) {
    const { name, kind, text } = operation;
    const type = `${name}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    const parts = [JSON.stringify(text), ...[...findNeeded(operation, fragments)].map(toConstant)];
    lines.push(
      `export const ${toConstant(name)}: TypedDocument<${type}, ${type}Variables> = /* @__PURE__ */ joinDocument(${parts.join(', ')});`,
    );
  }
  return [
    '/* eslint-disable */',
    '// Written by `npm run codegen` from ../documents.',
    "import { joinDocument } from '../join-document.ts';",
    "import type { TypedDocument } from '../modelgraph.ts';",
    `import type { ${types.join(', ')} } from './operations.ts';`,
    '',
    ...lines,
    '',
  ].join('\n');
};

export interface ClientDocumentsConfig {
  /** Of the operations to be written, by their names. */
  readonly operations: RegExp;
}

/** Writes the client's documents as texts: nothing of graphql is loaded where they are sent. */
export const clientDocumentsPreset: Types.OutputPreset<ClientDocumentsConfig> = {
  buildGeneratesSection: ({ baseOutputDir, documents, schema, schemaAst, config, presetConfig }) => [
    {
      filename: baseOutputDir,
      plugins: [{ documents: {} }],
      pluginMap: {
        documents: {
          plugin: (_schema, files) =>
            toModule(
              files.flatMap(({ document }) => document ?? []),
              presetConfig.operations,
            ),
        },
      },
      schema,
      ...(schemaAst && { schemaAst }),
      config,
      documents,
    },
  ],
};
