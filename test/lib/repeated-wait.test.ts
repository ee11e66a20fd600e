import { expect, test } from 'vitest';
import { RepeatedWait } from '../../src/lib/repeated-wait.ts';

test('a state that is reached resolves every wait, and again after it was left and reached once more', async () => {
  const state = new RepeatedWait<number>();
  const waits = [state.wait(), state.wait()];
  state.reach(1);
  expect(await Promise.all([...waits, state.wait()])).toEqual([1, 1, 1]);
  state.leave();
  const next = state.wait();
  state.reach(2);
  expect(await next).toBe(2);
});

test('a caller that is called back hears of the state once, after the work of the turn in which it is reached', async () => {
  const state = new RepeatedWait<number>();
  const heard: string[] = [];
  state.callBack((value) => heard.push(`called back with ${value}`));
  state.reach(1);
  heard.push('the turn goes on');
  await state.wait();
  state.leave();
  state.reach(2);
  await state.wait();
  expect(heard).toEqual(['the turn goes on', 'called back with 1']);
});

test('a caller that asks to be called back once the state is reached is called back as well', async () => {
  const state = new RepeatedWait<number>();
  state.reach(1);
  const heard: number[] = [];
  state.callBack((value) => heard.push(value));
  expect(heard).toEqual([]);
  await state.wait();
  expect(heard).toEqual([1]);
});
