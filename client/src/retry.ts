import type { ConnectionMonitor } from './connection-monitor.ts';
import type { ModelgraphError } from './modelgraph-error.ts';
import { ReconnectPolicy, type ReconnectSettings } from './reconnect-policy.ts';
import { toModelgraphError } from './to-modelgraph-error.ts';

export interface RetryOptions {
  readonly monitor: ConnectionMonitor;
  readonly settings: ReconnectSettings;
  /** Ends the tries, and what runs of them. */
  readonly signal: AbortSignal;
  /** Called before each pause with what has ended the try. */
  readonly onLost?: ((error: ModelgraphError) => void) | undefined;
}

/** What a try tells of itself. */
export interface Try {
  /** The server has accepted its connection. */
  readonly opened: () => void;
  /** Something has come of it: failures are counted anew. */
  readonly progressed: () => void;
}

/**
 * Tries until one succeeds, with pauses that grow. Throws the ModelgraphError that is final, and what the signal was aborted
 * with.
 */
export const retry = async <T>(
  { monitor, settings, signal, onLost }: RetryOptions,
  attempt: (current: Try) => Promise<T>,
): Promise<T> => {
  const policy = new ReconnectPolicy(settings);
  const monitored = monitor.begin();
  const current: Try = {
    opened: () => {
      policy.opened();
      monitored.open();
    },
    progressed: () => policy.progressed(),
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      monitored.connecting();
      try {
        return await attempt(current);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toModelgraphError(thrown);
        const pauseMs = policy.findPauseMs(error);
        if (pauseMs === undefined) throw error;
        onLost?.(error);
        await monitored.pause(pauseMs, signal);
      }
    }
  } finally {
    monitored.end();
  }
};
