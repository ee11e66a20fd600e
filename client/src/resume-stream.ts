import type { ConnectionMonitor } from './connection-monitor.ts';
import type { ModelgraphError } from './modelgraph-error.ts';
import { ReconnectPolicy, type ReconnectSettings } from './reconnect-policy.ts';
import { toModelgraphError } from './to-modelgraph-error.ts';
import type { GraphqlRequest, GraphqlResult, Transport } from './transport.ts';

export interface ResumedStream {
  readonly transport: Transport;
  readonly monitor: ConnectionMonitor;
  readonly settings: ReconnectSettings;
  /** Drops the connection and ends the stream. */
  readonly signal: AbortSignal;
  /** What is asked of the next connection: it goes on where the last one ended. */
  readonly getRequest: () => GraphqlRequest;
  /**
   * Takes a result: `advanced` by it, or not; `done`: the stream has what it came for. Throws ModelgraphError for one that
   * is not to be taken; a retryable one of it is asked for again over another connection.
   */
  readonly take: (result: GraphqlResult) => 'advanced' | 'unchanged' | 'done';
  /** The server has completed the operation although `take` was not done. Throws where that is not the end. */
  readonly completed: () => void | Promise<void>;
  readonly onOpen?: () => void;
  /** Called before each pause with what has ended the connection. */
  readonly onLost?: (error: ModelgraphError) => void;
}

const readConnection = async (
  { transport, signal, getRequest, take, completed }: ResumedStream,
  onOpen: () => void,
  onProgress: () => void,
): Promise<void> => {
  // A connection is left only where the operation is done; what cannot be taken is dropped, so that it can be resumed.
  const dropped = new AbortController();
  const drop = (): void => dropped.abort(signal.reason);
  signal.addEventListener('abort', drop, { once: true });
  if (signal.aborted) drop();
  let isOpen = false;
  const open = (): void => {
    if (!isOpen) onOpen();
    isOpen = true;
  };
  try {
    for await (const result of transport.subscribe(getRequest(), { signal: dropped.signal, onOpen: open })) {
      open();
      let taken: ReturnType<typeof take>;
      try {
        taken = take(result);
      } catch (error) {
        dropped.abort(error);
        throw error;
      }
      if (taken !== 'unchanged') onProgress();
      if (taken === 'done') return;
    }
    await completed();
  } finally {
    signal.removeEventListener('abort', drop);
  }
};

/**
 * Reads a subscription to its end over as many connections as that takes. Resolves once it is done, or its signal is
 * aborted; rejects with the ModelgraphError that is final.
 */
export const resumeStream = async (stream: ResumedStream): Promise<void> => {
  const { monitor, settings, signal, onOpen, onLost } = stream;
  const policy = new ReconnectPolicy(settings);
  const monitored = monitor.begin();
  const opened = (): void => {
    policy.opened();
    monitored.open();
    onOpen?.();
  };
  try {
    while (!signal.aborted) {
      monitored.connecting();
      try {
        await readConnection(stream, opened, () => policy.progressed());
        return;
      } catch (thrown) {
        if (signal.aborted) return;
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
