/** `offline`: the device has no network (navigator.onLine); `server-away`: the server does not answer; `idle`: nothing is connected. */
export type ConnectionState = 'idle' | 'connecting' | 'open' | 'offline' | 'server-away';

export interface Connection {
  readonly state: ConnectionState;
  /** When the next try is made, in milliseconds since 1970; undefined when none is planned. */
  readonly nextTryAt: number | undefined;
  /** Tries now instead of waiting. */
  retryNow(): void;
  subscribe(listener: () => void): () => void;
}
