/** Where GraphQL is served, over HTTP, SSE and WebSocket alike. */
export const GRAPHQL_PATH = '/graphql';

/** Below it are the files that the playground's page loads. */
export const PLAYGROUND_PATH = `${GRAPHQL_PATH}/playground/`;
