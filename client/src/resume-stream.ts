import { createLinkedController } from './linked-controller.ts';
import { retry, type RetryOptions, type Try } from './retry.ts';
import type { GraphqlRequest, GraphqlResult, Transport } from './transport.ts';

export interface ResumedStream extends RetryOptions {
  readonly transport: Transport;
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
}

const readConnection = async (
  { transport, signal, getRequest, take, completed, onOpen }: ResumedStream,
  { opened, progressed }: Try,
): Promise<void> => {
  // A connection is left only where the operation is done; what cannot be taken is dropped, so that it can be resumed.
  const dropped = createLinkedController(signal);
  let isOpen = false;
  const open = (): void => {
    if (isOpen) return;
    isOpen = true;
    opened();
    onOpen?.();
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
      if (taken !== 'unchanged') progressed();
      if (taken === 'done') return;
    }
    await completed();
  } finally {
    dropped.unlink();
  }
};

/**
 * Reads a subscription to its end over as many connections as that takes. Resolves once it is done, or its signal is
 * aborted; rejects with the ModelgraphError that is final.
 */
export const resumeStream = async (stream: ResumedStream): Promise<void> => {
  try {
    await retry(stream, (current) => readConnection(stream, current));
  } catch (error) {
    if (!stream.signal.aborted) throw error;
  }
};
