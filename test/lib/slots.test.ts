import { expect, it } from 'vitest';
import { Slots } from '../../src/lib/slots.ts';

const { signal } = new AbortController();

it('lets so many go on and the others wait in the order they came', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const giveBack = await slots.take(signal);
  const waiting = ['first', 'second'].map(async (name) => {
    const done = await slots.take(signal);
    order.push(name);
    done();
  });
  expect(order).toEqual([]);
  giveBack();
  giveBack();
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
});

it("whoever leaves the line takes nobody else's place", async () => {
  const slots = new Slots(1);
  const giveBack = await slots.take(signal);
  const leaver = new AbortController();
  const left = slots.take(leaver.signal);
  const next = slots.take(signal);
  leaver.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  giveBack();
  await expect(next).resolves.toBeTypeOf('function');
  await expect(slots.take(leaver.signal)).rejects.toThrow('gone');
});
