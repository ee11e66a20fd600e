// The programs of docs/clients.md, as the pages use them. The bundler of the tests takes them from the document.
declare module 'recipe:graphql-ws' {
  export const listModels: () => Promise<string[]>;
  export const generate: (input: object, key?: string) => AsyncIterable<unknown>;
  export const cancel: (id: string) => Promise<unknown>;
  export const submitToolResults: (id: string, results: readonly object[]) => Promise<unknown>;
}
declare module 'recipe:graphql-sse' {
  export * from 'recipe:graphql-ws';
}
