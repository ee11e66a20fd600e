import { type ModelgraphError, ProviderError, findModelgraphError } from '../../../core/errors.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
import { mapTransportError } from './map-transport-error.ts';

export interface TerminalGuardOptions {
  readonly provider: string;
  /** The caller's. Aborting it ends the upstream call in every phase. */
  readonly signal: AbortSignal;
  /**
   * Makes the upstream call and reads its events. Called once, on the first `next()`. Everything it waits for must
   * obey the signal it is given, which is this call's own.
   */
  readonly open: (signal: AbortSignal) => AsyncIterable<StreamEvent>;
  /** Classifies what the SDK throws. Transport errors and errors of ours do not come to it. */
  readonly mapError: (error: unknown) => ModelgraphError;
}

/** How long after `finish` a vendor may take to end its response, so that the connection can be used again. */
const LINGER_MS = 200;

/**
 * One upstream call as a stream that keeps the provider's promises, whatever the SDK does: it ends with one `finish`,
 * or throws.
 * - Ended without `finish`: `GENERATION_CANCELLED` if the signal is aborted, else `STREAM_TRUNCATED`.
 * - Filtered before any text or tool call: `CONTENT_FILTERED`, never an empty success.
 * - Events after `finish` are dropped.
 * - Aborting the signal settles a pending `next()` at once; `return()` aborts the call first and does not wait for it.
 *   No socket is left behind in either case.
 * Can be consumed once: the upstream call is made once.
 */
export const guardStream = (options: TerminalGuardOptions): AsyncIterableIterator<StreamEvent> => {
  const call = new AbortController();
  const events = readGuarded(options, call);
  const waiting = new Set<PromiseWithResolvers<IteratorResult<StreamEvent>>>();
  let state: 'idle' | 'running' | 'cancelled' | 'over' = 'idle';

  const end = (): void => {
    state = 'over';
    options.signal.removeEventListener('abort', cancel);
  };
  const cancel = (): void => {
    state = waiting.size > 0 ? 'over' : 'cancelled';
    call.abort(options.signal.reason);
    for (const next of waiting) next.reject(cancelledError(options));
    waiting.clear();
  };
  const pass = (next: PromiseWithResolvers<IteratorResult<StreamEvent>>): void => {
    waiting.add(next);
    events.next().then(
      (result) => {
        waiting.delete(next);
        // A turn that is complete cannot be cancelled any more.
        if (result.done === true) end();
        else if (result.value.type === 'finish') options.signal.removeEventListener('abort', cancel);
        next.resolve(result);
      },
      (error: unknown) => {
        waiting.delete(next);
        end();
        next.reject(error);
      },
    );
  };

  return {
    next: () => {
      const next = Promise.withResolvers<IteratorResult<StreamEvent>>();
      if (state === 'idle') {
        state = options.signal.aborted ? 'cancelled' : 'running';
        options.signal.addEventListener('abort', cancel, { once: true });
      }
      if (state === 'running') pass(next);
      else if (state === 'over') next.resolve({ done: true, value: undefined });
      else {
        end();
        next.reject(cancelledError(options));
      }
      return next.promise;
    },
    return: () => {
      end();
      call.abort();
      for (const next of waiting) next.resolve({ done: true, value: undefined });
      waiting.clear();
      events.return(undefined).catch(ignore);
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/** For what a source says while it is being closed: its call is over and has been reported. */
const ignore = (): void => undefined;

const cancelledError = ({ provider, signal }: TerminalGuardOptions): ModelgraphError =>
  new ProviderError('GENERATION_CANCELLED', { provider, cause: signal.reason });

async function* readGuarded(
  options: TerminalGuardOptions,
  call: AbortController,
): AsyncGenerator<StreamEvent> {
  const { provider, signal } = options;
  let hasContent = false;
  let source: AsyncIterator<StreamEvent> | undefined;
  try {
    source = options.open(call.signal)[Symbol.asyncIterator]();
    for (let item = await source.next(); item.done !== true; item = await source.next()) {
      const event = item.value;
      if (event.type === 'text-delta' || event.type === 'tool-call') hasContent = true;
      if (event.type !== 'finish') {
        yield event;
        continue;
      }
      if (event.reason === 'content-filter' && !hasContent) {
        if (event.usage !== null) yield { type: 'usage', usage: event.usage };
        throw new ProviderError('CONTENT_FILTERED', { provider, vendorMessage: event.rawReason });
      }
      yield event;
      await drain(source);
      return;
    }
  } catch (error) {
    if (signal.aborted) throw cancelledError(options);
    throw findModelgraphError(error) ?? mapTransportError(error, provider) ?? options.mapError(error);
  } finally {
    call.abort();
    source?.return?.().catch(ignore);
  }
  if (signal.aborted) throw cancelledError(options);
  throw new ProviderError('STREAM_TRUNCATED', { provider });
}

/** Reads on to the end of the response, for as long as that takes next to no time. */
const drain = async (source: AsyncIterator<StreamEvent>): Promise<void> => {
  const { promise: lingered, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LINGER_MS);
  const readOn = async (): Promise<void> => {
    while ((await source.next()).done !== true);
  };
  await Promise.race([readOn().catch(ignore), lingered]);
  clearTimeout(timer);
};
