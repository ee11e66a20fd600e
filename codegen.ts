import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['examples/*.ts', 'test/**/*.ts'],
  ignoreNoDocuments: true,
  generates: {
    'examples/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Cursor: 'string',
          Date: 'string',
          DateTime: 'string',
          File: { input: 'File', output: 'never' },
          JSON: { input: 'unknown', output: 'unknown' },
        },
      },
    },
  },
  importExtension: '.ts',
};

export default config;
