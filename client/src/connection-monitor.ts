import type { Connection, ConnectionState } from './connection.ts';
import { Listeners } from './listeners.ts';
import { isOffline, page } from './page.ts';

/** One stream, from its first connection to its end, over all that it takes. */
export interface MonitoredStream {
  connecting(): void;
  open(): void;
  /** Waits before the next try, until the network is back or `retryNow` at the latest. Resolves early when aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

type StreamState = 'connecting' | 'open' | { readonly nextTryAt: number };

const isPause = (state: StreamState): state is { readonly nextTryAt: number } => typeof state === 'object';

/** Hears of what tells that the network is back, or gone, where there is a page. Returns how to stop. */
const listenToPage = (onChange: () => void, onBack: () => void): (() => void) => {
  const online = (): void => {
    onBack();
    onChange();
  };
  const visible = (): void => {
    if (page.document?.visibilityState === 'visible') onBack();
  };
  page.addEventListener?.('online', online);
  page.addEventListener?.('offline', onChange);
  page.document?.addEventListener('visibilitychange', visible);
  return () => {
    page.removeEventListener?.('online', online);
    page.removeEventListener?.('offline', onChange);
    page.document?.removeEventListener('visibilitychange', visible);
  };
};

/** What all streams of a client tell of its connection. */
export class ConnectionMonitor implements Connection {
  readonly #streams = new Map<MonitoredStream, StreamState>();
  readonly #wakers = new Set<() => void>();
  readonly #listeners = new Listeners();
  #stopListening: (() => void) | undefined;

  get state(): ConnectionState {
    const states = [...this.#streams.values()];
    if (states.includes('open')) return 'open';
    if (isOffline()) return 'offline';
    if (states.some(isPause)) return 'server-away';
    return states.length > 0 ? 'connecting' : 'idle';
  }

  get nextTryAt(): number | undefined {
    const times = [...this.#streams.values()].filter(isPause).map(({ nextTryAt }) => nextTryAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  readonly retryNow = (): void => {
    for (const wake of this.#wakers) wake();
  };

  subscribe(listener: () => void): () => void {
    const remove = this.#listeners.add(listener);
    this.#listen();
    return () => {
      remove();
      this.#listen();
    };
  }

  begin(): MonitoredStream {
    const set = (state: StreamState): void => {
      this.#streams.set(stream, state);
      this.#listen();
      this.#changed();
    };
    const stream: MonitoredStream = {
      connecting: () => set('connecting'),
      open: () => set('open'),
      pause: (pauseMs, signal) => {
        set({ nextTryAt: Date.now() + pauseMs });
        return this.#pause(pauseMs, signal);
      },
      end: () => {
        this.#streams.delete(stream);
        this.#listen();
        this.#changed();
      },
    };
    return stream;
  }

  #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, pauseMs);
      this.#wakers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }

  /** Listens to the page only while something depends on it, so that an idle client holds nothing. */
  #listen(): void {
    const isNeeded = this.#listeners.size > 0 || this.#streams.size > 0;
    if (!isNeeded) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    } else this.#stopListening ??= listenToPage(this.#changed, this.retryNow);
  }

  readonly #changed = (): void => this.#listeners.notify();
}
