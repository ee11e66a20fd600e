import type { ModelgraphError } from '../modelgraph-error.ts';
import { ReconnectPolicy } from '../reconnect-policy.ts';
import { serverAway, toModelgraphError } from '../to-modelgraph-error.ts';
import type { GenerationContext } from './context.ts';

/** An answer that takes longer is taken as lost. */
const ANSWER_MS = 30_000;

const sendOnce = async <T>(send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(
    () => controller.abort(serverAway(new Error('No answer came in time'))),
    ANSWER_MS,
  );
  try {
    return await send(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
};

/**
 * Sends what may be sent again until it is answered, for as long as a stream would be resumed. Throws the ModelgraphError
 * that is final, and what the signal was aborted with.
 */
export const retryRequest = async <T>(
  { monitor, settings }: Pick<GenerationContext, 'monitor' | 'settings'>,
  send: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  onLost?: (error: ModelgraphError) => void,
): Promise<T> => {
  const policy = new ReconnectPolicy(settings);
  const monitored = monitor.begin();
  try {
    for (;;) {
      signal.throwIfAborted();
      monitored.connecting();
      try {
        return await sendOnce(send, signal);
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
