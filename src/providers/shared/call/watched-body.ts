export interface WatchedBodyOptions {
  /** Longest silence, in milliseconds, while a read is pending. */
  readonly idleTimeoutMs: number;
  /** Starts the clock with the first byte: silence before it is allowed. */
  readonly fromFirstByte: boolean;
  /** The error the body ends with when no byte has come for too long; the source is cancelled. */
  readonly toIdleError: () => Error;
  /** Called at the source's clean end with what follows its last line end; an error given back ends the body. */
  readonly checkEnd?: (unfinishedLine: readonly Uint8Array[]) => Error | undefined;
}

/** For what a source says while it is being cancelled: the body has its error already. */
const ignore = (): void => undefined;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Passes bytes through unchanged and ends with an error once none has come for too long. Any byte counts, so that
 * pings and comments are life. The time a slow reader takes does not count: only a pending read is watched. One timer
 * at a time, none per chunk.
 */
export const createWatchedBody = (
  source: ReadableStream<Uint8Array>,
  { idleTimeoutMs, fromFirstByte, toIdleError, checkEnd }: WatchedBodyOptions,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader();
  let unfinishedLine: Uint8Array[] = [];
  let waitingSince: number | null = null;
  let armed = !fromFirstByte;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const end = (): void => {
    ended = true;
    clearTimeout(timer);
  };
  const watch = (controller: ReadableStreamDefaultController<Uint8Array>, delayMs: number): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (ended || waitingSince === null) return; // no read is pending: the next one starts the timer again
      const leftMs = idleTimeoutMs - (performance.now() - waitingSince);
      if (leftMs > 0) return watch(controller, leftMs);
      end();
      const error = toIdleError();
      controller.error(error);
      reader.cancel(error).catch(ignore);
    }, Math.ceil(delayMs));
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        waitingSince = performance.now();
        if (armed && timer === undefined) watch(controller, idleTimeoutMs);
        try {
          const { done, value } = await reader.read();
          if (ended) return;
          waitingSince = null;
          if (done) {
            end();
            const error = checkEnd?.(unfinishedLine);
            if (error === undefined) controller.close();
            else controller.error(error);
            return;
          }
          armed = true;
          if (checkEnd !== undefined) unfinishedLine = toUnfinishedLine(unfinishedLine, value);
          controller.enqueue(value);
        } catch (error) {
          if (ended) return;
          end();
          controller.error(error);
        }
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
};

/** References to the chunks since the last line end: nothing is copied. */
const toUnfinishedLine = (before: Uint8Array[], chunk: Uint8Array): Uint8Array[] => {
  const lineEnd = Math.max(chunk.lastIndexOf(LINE_FEED), chunk.lastIndexOf(CARRIAGE_RETURN));
  if (lineEnd === -1) {
    before.push(chunk);
    return before;
  }
  return lineEnd === chunk.length - 1 ? [] : [chunk.subarray(lineEnd + 1)];
};
