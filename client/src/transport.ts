export type TransportName = 'auto' | 'websocket' | 'sse';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
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

export interface SubscribeOptions {
  /** Aborting drops the connection without a word: to the server it is lost, and a generation has its grace. */
  readonly signal: AbortSignal;
  /**
   * Aborting leaves on purpose, as the end of the iteration does, also while it waits for a result: the iteration ends, and
   * the server is told so where the transport can.
   */
  readonly leave?: AbortSignal | undefined;
  /** Called once the server has accepted the connection, perhaps long before the first result. */
  readonly onOpen?: () => void;
}

/**
 * Carries subscriptions. An iteration ends when the server says that the operation is complete, and throws ConnectionLost
 * when the connection ends before that, or ModelgraphError where the server refused it; it never subscribes again by
 * itself. A refused operation is a result with errors. Leaving the iteration (`return`) tells the server, where the
 * transport can, that the subscriber has left on purpose: a generation with `onDisconnect: CANCEL` is cancelled at once.
 */
export interface Transport {
  subscribe(request: GraphqlRequest, options: SubscribeOptions): AsyncIterable<GraphqlResult>;
  dispose(): void;
}

/** A connection that did not open, or ended before the operation was complete: the same operation may be resumed. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
