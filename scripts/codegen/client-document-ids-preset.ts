import { createHash } from 'node:crypto';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { findNeeded, readDefinitions, toConstant } from './client-documents-preset.ts';

interface TrustedDocument {
  readonly name: string;
  /** SHA-256 of the text, in hex. */
  readonly id: string;
  /** As the client sends it: the operation, then its fragments. */
  readonly text: string;
}

const readDocuments = (documents: readonly DocumentNode[]): readonly TrustedDocument[] => {
  const definitions = documents.flatMap(readDefinitions);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === 'fragment').map((fragment) => [fragment.name, fragment]),
  );
  const operations = definitions.filter(({ kind }) => kind !== 'fragment');
  return operations.map((operation) => {
    const needed = [...findNeeded(operation, fragments)].map((name) => fragments.get(name)?.text ?? '');
    const text = [operation.text, ...needed].join('');
    return { name: operation.name, id: createHash('sha256').update(text).digest('hex'), text };
  });
};

const toFile = (documents: readonly TrustedDocument[]): string =>
  `${JSON.stringify(Object.fromEntries(documents.map(({ id, text }) => [id, text])), null, 2)}\n`;

const toModule = (documents: readonly TrustedDocument[]): string =>
  [
    '/* eslint-disable */',
    '// Written by `npm run codegen` from ../documents.',
    "import * as batchDocuments from './batch-documents.ts';",
    "import * as documents from './documents.ts';",
    '',
    'export const DOCUMENT_IDS: ReadonlyMap<string, string> = new Map([',
    ...documents.map(({ name, id }) => {
      const from = name.includes('Batch') ? 'batchDocuments' : 'documents';
      return `  [String(${from}.${toConstant(name)}), '${id}'],`;
    }),
    ']);',
    '',
  ].join('\n');

export interface DocumentIdsConfig {
  /** `file`: the texts by their ids, for a server; `module`: the ids by their texts, for the client. */
  readonly form: 'file' | 'module';
}

/** Writes by which ids a server knows the client's documents. */
export const clientDocumentIdsPreset: Types.OutputPreset<DocumentIdsConfig> = {
  buildGeneratesSection: ({ baseOutputDir, documents, schema, schemaAst, config, presetConfig }) => [
    {
      filename: baseOutputDir,
      plugins: [{ documents: {} }],
      pluginMap: {
        documents: {
          plugin: (_schema, files) => {
            const read = readDocuments(files.flatMap(({ document }) => document ?? []));
            return presetConfig.form === 'file' ? toFile(read) : toModule(read);
          },
        },
      },
      schema,
      ...(schemaAst && { schemaAst }),
      config,
      documents,
    },
  ],
};
