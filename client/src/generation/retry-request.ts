import { createLinkedController } from '../linked-controller.ts';
import type { ModelgraphError } from '../modelgraph-error.ts';
import { retry } from '../retry.ts';
import { serverAway } from '../to-modelgraph-error.ts';
import type { GenerationContext } from './context.ts';

/** An answer that takes longer is taken as lost. */
const ANSWER_MS = 30_000;

const sendOnce = async <T>(send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => {
  const controller = createLinkedController(signal);
  const timer = setTimeout(
    () => controller.abort(serverAway(new Error('No answer came in time'))),
    ANSWER_MS,
  );
  try {
    return await send(controller.signal);
  } finally {
    clearTimeout(timer);
    controller.unlink();
  }
};

/**
 * Sends what may be sent again until it is answered, for as long as a stream would be resumed. Throws the ModelgraphError
 * that is final, and what the signal was aborted with.
 */
export const retryRequest = <T>(
  { monitor, settings }: Pick<GenerationContext, 'monitor' | 'settings'>,
  send: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  onLost?: (error: ModelgraphError) => void,
): Promise<T> => retry({ monitor, settings, signal, onLost }, () => sendOnce(send, signal));
