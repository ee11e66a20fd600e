import { scalars } from './scalars.ts';

/**
 * An output of GraphQL Code Generator with typed documents of Modelgraph's schema: `generates: { 'src/gql/': clientPreset }`.
 * It takes the package `@graphql-codegen/client-preset`, without masked fragments; enums are unions of strings, and a scalar
 * without a type is an error.
 */
export const clientPreset = {
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: { enumsAsTypes: true, useTypeImports: true, strictScalars: true, scalars },
} as const;
