import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SpreadInterval } from '../../src/lib/spread-interval.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const createMember = () => {
  const at: number[] = [];
  return { at, onInterval: () => void at.push(Date.now()) };
};

test('each member is called once in an interval, and always after a whole one', () => {
  const interval = new SpreadInterval(6_400);
  const members = Array.from({ length: 200 }, createMember);
  for (const member of members) interval.add(member);
  vi.advanceTimersByTime(3 * 6_400);
  for (const { at } of members) {
    expect(at).toHaveLength(3);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(6_400);
    expect((at[2] ?? 0) - (at[1] ?? 0)).toBe(6_400);
  }
});

test('the calls of many members are spread over the interval', () => {
  const interval = new SpreadInterval(6_400);
  const members = Array.from({ length: 640 }, createMember);
  for (const member of members) interval.add(member);
  vi.advanceTimersByTime(6_400);
  const moments = Map.groupBy(members, ({ at }) => at[0]);
  expect(moments.size).toBe(64);
  for (const together of moments.values()) expect(together).toHaveLength(10);
});

test('one timer serves all members, and none runs once the last one has left', () => {
  const interval = new SpreadInterval(1_000);
  const members = Array.from({ length: 30 }, createMember);
  for (const member of members) interval.add(member);
  expect(vi.getTimerCount()).toBe(1);
  for (const member of members) interval.delete(member);
  for (const member of members) interval.delete(member);
  expect(vi.getTimerCount()).toBe(0);
  interval.add(createMember());
  expect(vi.getTimerCount()).toBe(1);
});

test('a member that leaves while another is called is not called any more', () => {
  const interval = new SpreadInterval(50);
  const left = createMember();
  interval.add({ onInterval: () => interval.delete(left) });
  interval.add(left);
  vi.advanceTimersByTime(200);
  expect(left.at).toEqual([]);
});
