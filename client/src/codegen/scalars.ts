/**
 * The types of Modelgraph's scalars in TypeScript, for the option `scalars` of GraphQL Code Generator. `JSON` is `unknown`:
 * the caller defines its shape, and checks it.
 */
export const scalars = {
  Cursor: 'string',
  Date: 'string',
  DateTime: 'string',
  JSON: { input: 'unknown', output: 'unknown' },
  File: { input: 'File | Blob', output: 'never' },
} as const;
