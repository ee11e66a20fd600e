import { describe, expect, it } from 'vitest';
import {
  advanceWindow,
  EMPTY_WINDOW,
  findWaitMs,
  levelOf,
  remainingOf,
  type WindowState,
} from '../../src/lib/sliding-window.ts';
import { createRandom } from '../support/create-random.ts';

const WINDOW_MS = 60_000;

const use = (state: WindowState, nowMs: number, amount: number): WindowState => {
  const at = advanceWindow(state, nowMs, WINDOW_MS);
  return { ...at, used: at.used + amount };
};

describe('a sliding window', () => {
  it('counts what was used in the window before by the part of it that is less than a window ago', () => {
    const state = use(EMPTY_WINDOW, 59_000, 10);
    const next = advanceWindow(state, 75_000, WINDOW_MS);
    expect(levelOf(next, 75_000, WINDOW_MS)).toBe(7.5);
    expect(remainingOf(next, 75_000, WINDOW_MS, 10)).toBe(2);
    expect(advanceWindow(next, 120_000, WINDOW_MS)).toEqual({ beginsAtMs: 120_000, used: 0, previous: 0 });
    expect(advanceWindow(state, 500_000, WINDOW_MS).previous).toBe(0);
  });

  it('is not changed by a clock that goes back', () => {
    const state = use(EMPTY_WINDOW, 130_000, 3);
    expect(advanceWindow(state, 70_000, WINDOW_MS)).toBe(state);
    expect(levelOf(state, 70_000, WINDOW_MS)).toBe(3);
  });

  it.each([1, 2, 3, 4, 5])(
    'lets pass what fits after the wait it says, and nothing before (seed %i)',
    (seed) => {
      const random = createRandom(seed);
      let state = EMPTY_WINDOW;
      let nowMs = 1_000_000;
      for (let step = 0; step < 2_000; step += 1) {
        nowMs += Math.floor(random() * 20_000);
        const amount = 1 + Math.floor(random() * 4);
        const limit = 10;
        state = advanceWindow(state, nowMs, WINDOW_MS);
        if (remainingOf(state, nowMs, WINDOW_MS, limit) >= amount) {
          state = use(state, nowMs, amount);
          continue;
        }
        const waitMs = findWaitMs(state, nowMs, { windowMs: WINDOW_MS, limit, amount });
        expect(waitMs).toBeGreaterThan(0);
        const before = nowMs + waitMs - 2;
        const early = advanceWindow(state, before, WINDOW_MS);
        expect(remainingOf(early, before, WINDOW_MS, limit)).toBeLessThan(amount);
        nowMs += waitMs + 1;
        state = advanceWindow(state, nowMs, WINDOW_MS);
        expect(remainingOf(state, nowMs, WINDOW_MS, limit)).toBeGreaterThanOrEqual(amount);
      }
    },
  );
});
