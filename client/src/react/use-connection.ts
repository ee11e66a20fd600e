import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { ConnectionState } from '../connection.ts';
import { useModelgraph } from './modelgraph-provider.ts';

export interface ConnectionView {
  readonly state: ConnectionState;
  /** When the next try is made, in milliseconds since 1970; undefined if none is planned. */
  readonly nextTryAt: number | undefined;
  readonly retryNow: () => void;
}

/** Whether the server can be reached, to show it. */
export const useConnection = (): ConnectionView => {
  const { connection } = useModelgraph();
  const subscribe = useCallback((listener: () => void) => connection.subscribe(listener), [connection]);
  const state = useSyncExternalStore(
    subscribe,
    () => connection.state,
    () => 'idle' as const,
  );
  const nextTryAt = useSyncExternalStore(
    subscribe,
    () => connection.nextTryAt,
    () => undefined,
  );
  return useMemo(
    () => ({ state, nextTryAt, retryNow: () => connection.retryNow() }),
    [state, nextTryAt, connection],
  );
};
