export type TransportName = 'auto' | 'websocket' | 'sse';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface GraphqlResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Record<string, unknown>;
  }[];
}

/**
 * Carries subscriptions. An iteration ends when the server says that the operation is complete, and throws ConnectionLost
 * when the connection ends before that; it never subscribes again by itself. Leaving the iteration (`return`, or the
 * signal) tells the server that the subscriber has left on purpose.
 */
export interface Transport {
  subscribe(request: GraphqlRequest, options: { readonly signal: AbortSignal }): AsyncIterable<GraphqlResult>;
  dispose(): void;
}

/** A connection that did not open, or ended before the operation was complete: the same operation may be resumed. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
