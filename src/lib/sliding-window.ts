/**
 * What was used in a window and in the one before it. Windows begin at the multiples of their length. What was used in the
 * one before counts by the part of it that is less than a window ago, so that no border of windows lets twice as much pass.
 */
export interface WindowState {
  readonly beginsAtMs: number;
  readonly used: number;
  readonly previous: number;
}

export const EMPTY_WINDOW: WindowState = { beginsAtMs: 0, used: 0, previous: 0 };

/** The same at a later time. A clock that goes back changes nothing. Pure. */
export const advanceWindow = (state: WindowState, nowMs: number, windowMs: number): WindowState => {
  const beginsAtMs = Math.floor(nowMs / windowMs) * windowMs;
  if (beginsAtMs <= state.beginsAtMs) return state;
  const isNext = beginsAtMs === state.beginsAtMs + windowMs;
  return { beginsAtMs, used: 0, previous: isNext ? state.used : 0 };
};

const agedMs = ({ beginsAtMs }: WindowState, nowMs: number, windowMs: number): number =>
  Math.min(windowMs, Math.max(0, nowMs - beginsAtMs));

/** What counts now, of a state that has been advanced. */
export const levelOf = (state: WindowState, nowMs: number, windowMs: number): number =>
  state.used + state.previous * (1 - agedMs(state, nowMs, windowMs) / windowMs);

/** The most that may be used now, in whole units. */
export const remainingOf = (state: WindowState, nowMs: number, windowMs: number, limit: number): number =>
  Math.max(0, Math.floor(limit - levelOf(state, nowMs, windowMs)));

/**
 * How long it takes until an amount may be used, if nothing else is, in milliseconds: for more than the limit, until
 * nothing counts any more.
 */
export const findWaitMs = (
  state: WindowState,
  nowMs: number,
  { windowMs, limit, amount }: { readonly windowMs: number; readonly limit: number; readonly amount: number },
): number => {
  const age = agedMs(state, nowMs, windowMs);
  const room = Math.max(0, limit - amount);
  if (state.used <= room) {
    const over = levelOf(state, nowMs, windowMs) - room;
    return over <= 0 ? 0 : Math.ceil((over * windowMs) / state.previous);
  }
  return windowMs - age + Math.ceil(windowMs * (1 - room / state.used));
};
