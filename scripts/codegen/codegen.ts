import type { CodegenConfig } from '@graphql-codegen/cli';
import { clientDocumentIdsPreset } from './client-document-ids-preset.ts';
import { clientDocumentsPreset } from './client-documents-preset.ts';

const SCALARS = {
  Cursor: 'string',
  Date: 'string',
  DateTime: 'string',
  JSON: { input: 'unknown', output: 'unknown' },
};

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  ignoreNoDocuments: true,
  generates: {
    '../../examples/generated/': {
      documents: [
        '../../examples/*.ts',
        '../../test/**/*.ts',
        '!../../test/**/node_modules/**',
        '!../../test/client/**',
      ],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { ...SCALARS, File: { input: 'File', output: 'never' } },
      },
    },
    '../../client/src/generated/operations.ts': {
      documents: '../../client/src/documents/*.graphql',
      plugins: ['typescript-operations'],
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        immutableTypes: true,
        scalars: { ...SCALARS, File: { input: 'File | Blob', output: 'never' } },
      },
    },
    '../../client/src/generated/documents.ts': {
      documents: '../../client/src/documents/*.graphql',
      preset: clientDocumentsPreset,
      presetConfig: { operations: /^(?!.*Batch)/ },
    },
    // Loaded with the first use of a batch.
    '../../client/src/generated/batch-documents.ts': {
      documents: '../../client/src/documents/*.graphql',
      preset: clientDocumentsPreset,
      presetConfig: { operations: /Batch/ },
    },
    '../../client/src/generated/document-ids.ts': {
      documents: '../../client/src/documents/*.graphql',
      preset: clientDocumentIdsPreset,
      presetConfig: { form: 'module' },
    },
    '../../client/trusted-documents.json': {
      documents: '../../client/src/documents/*.graphql',
      preset: clientDocumentIdsPreset,
      presetConfig: { form: 'file' },
    },
  },
  importExtension: '.ts',
};

export default config;
