import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wait } from '../../src/lib/wait.ts';
import { failureOf } from '../support/upstream/provider-error.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('it is over once the time has passed, and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  let over = false;
  const waiting = wait(1_000, signal).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an abort ends it with its reason, and leaves no timer behind', async () => {
  const controller = new AbortController();
  const waiting = failureOf(wait(1_000, controller.signal));
  expect(vi.getTimerCount()).toBe(1);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await waiting).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('it does not begin where the signal was aborted before', async () => {
  const reason = new Error('too late');
  const waiting = failureOf(wait(1_000, AbortSignal.abort(reason)));
  expect(vi.getTimerCount()).toBe(0);
  expect(await waiting).toBe(reason);
});
