import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atEndOfTurn } from '../../src/lib/end-of-turn.ts';

test('tasks of one turn run in their order, and what they add runs in the same turn', async () => {
  const ran: string[] = [];
  atEndOfTurn(() => {
    ran.push('first');
    atEndOfTurn(() => ran.push('added'));
  });
  atEndOfTurn(() => ran.push('second'));
  expect(ran).toEqual([]);
  await turn();
  expect(ran).toEqual(['first', 'second', 'added']);
  atEndOfTurn(() => ran.push('next turn'));
  await turn();
  expect(ran.at(-1)).toBe('next turn');
});
