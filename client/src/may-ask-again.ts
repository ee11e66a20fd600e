/** Past this, a request of which no answer has been seen is not made again: its key may be forgotten. */
const ASK_AGAIN_WITHIN_MS = 5 * 60_000;

/**
 * Whether the same request under the same key may be made again without a call of the user, which gives the generation that
 * it began. `startedAt` and `now` in milliseconds since 1970, by clocks that may have been set meanwhile.
 */
export const mayAskAgain = (startedAt: number, now: number): boolean =>
  Math.abs(now - startedAt) < ASK_AGAIN_WITHIN_MS;
