import type { Connection, ConnectionState } from './connection.ts';
import { isOffline, page } from './page.ts';

/** One stream, from its first connection to its end, over all that it takes. */
export interface MonitoredStream {
  connecting(): void;
  open(): void;
  /** Waits before the next try, also for the network and for `retryNow`. Resolves early when the signal is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

export interface ConnectionMonitor {
  readonly connection: Connection;
  begin(): MonitoredStream;
}

type StreamState = 'connecting' | 'open' | { readonly nextTryAt: number };

/** What tells that the network may be back, where there is a page. */
const EVENTS = [
  ['online', () => true],
  ['offline', () => false],
  ['visibilitychange', () => page.document?.visibilityState === 'visible'],
] as const;

export const createConnectionMonitor = (): ConnectionMonitor => {
  const streams = new Map<MonitoredStream, StreamState>();
  const wakers = new Set<() => void>();
  const listeners = new Set<() => void>();
  let stopListening: (() => void) | undefined;

  const retryNow = (): void => {
    for (const wake of wakers) wake();
  };

  /** Listens to the page only while something depends on it, so that an idle client holds nothing. */
  const listen = (): void => {
    const isNeeded = listeners.size > 0 || streams.size > 0;
    if (!isNeeded) {
      stopListening?.();
      stopListening = undefined;
    } else if (stopListening === undefined && page.addEventListener !== undefined) {
      const added = EVENTS.map(([name, isBack]) => {
        const target = name === 'visibilitychange' ? page.document : page;
        const hear = (): void => {
          if (isBack()) retryNow();
          changed();
        };
        target?.addEventListener?.(name, hear);
        return () => target?.removeEventListener?.(name, hear);
      });
      stopListening = () => {
        for (const remove of added) remove();
      };
    }
  };

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const getState = (): ConnectionState => {
    const states = [...streams.values()];
    if (states.includes('open')) return 'open';
    if (isOffline()) return 'offline';
    if (states.some((state) => typeof state === 'object')) return 'server-away';
    return states.length > 0 ? 'connecting' : 'idle';
  };

  const connection: Connection = {
    get state() {
      return getState();
    },
    get nextTryAt() {
      const times = [...streams.values()].flatMap((state) =>
        typeof state === 'object' ? state.nextTryAt : [],
      );
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    retryNow,
    subscribe(listener) {
      // A function of its own, so that one listener can be added twice.
      const added = (): void => listener();
      listeners.add(added);
      listen();
      return () => {
        listeners.delete(added);
        listen();
      };
    },
  };

  const begin = (): MonitoredStream => {
    const set = (state: StreamState): void => {
      streams.set(stream, state);
      listen();
      changed();
    };
    const stream: MonitoredStream = {
      connecting: () => set('connecting'),
      open: () => set('open'),
      pause: (pauseMs, signal) =>
        new Promise((resolve) => {
          const wake = (): void => {
            clearTimeout(timer);
            wakers.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          const timer = setTimeout(wake, pauseMs);
          wakers.add(wake);
          signal.addEventListener('abort', wake, { once: true });
          set({ nextTryAt: Date.now() + pauseMs });
          if (signal.aborted) wake();
        }),
      end: () => {
        streams.delete(stream);
        listen();
        changed();
      },
    };
    return stream;
  };
  return { connection, begin };
};
