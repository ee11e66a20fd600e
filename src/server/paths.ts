/** Where GraphQL is served, over HTTP, SSE and WebSocket alike. */
export const GRAPHQL_PATH = '/graphql';
