import { describe, expect, it } from 'vitest';
import type { AppliedBudget } from '../../../src/core/budget.ts';
import { changeBudgets, readBudgets, reserveInBudgets, reserveMore } from '../../../src/stores/budgets.ts';
import { createRandom } from '../../support/create-random.ts';
import { findEngines } from '../../support/databases/stores.ts';

const budget = (account: string, limit: number): AppliedBudget => ({
  rule: { scope: 'key', period: 'total', limitUsd: limit / 1e9 },
  account,
  beginsAtMs: 0,
  resetsAtMs: null,
  limit,
});

const BUDGETS = [budget('key:a', 1_000), budget('user:b', 700), budget('tag::c', 400)] as const;

interface Held {
  readonly rids: readonly number[];
  readonly budgets: readonly AppliedBudget[];
  amount: number;
}

describe.each(await findEngines())('random sequences of reservations on $name', ({ open, problem }) => {
  it.skipIf(problem !== null).each([1, 2, 3])(
    'never pass a limit, and lose nothing (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      await using opened = await open();
      const { db } = opened;
      const held: Held[] = [];
      let spent = 0;
      for (let step = 0; step < 150; step += 1) {
        const dice = random();
        const one = held[Math.floor(random() * held.length)];
        if (dice < 0.5 || one === undefined) {
          const asks = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
            budgets: BUDGETS.filter(() => random() < 0.7),
            amount: Math.floor(random() * 200),
          }));
          const answers = await db.transaction((transaction) => reserveInBudgets(transaction, asks));
          for (const [index, answer] of answers.entries()) {
            const ask = asks[index];
            if (answer.type === 'reserved' && ask !== undefined)
              held.push({ rids: answer.rids, budgets: ask.budgets, amount: ask.amount });
          }
        } else if (dice < 0.65) {
          const more = Math.floor(random() * 100);
          const limits = one.budgets.map((each, index) => ({ budget: each, rid: one.rids[index] ?? 0 }));
          const short = await db.transaction((transaction) => reserveMore(transaction, limits, more));
          if (short === undefined) one.amount += more;
        } else {
          held.splice(held.indexOf(one), 1);
          const cost = Math.floor(random() * (one.amount + 1));
          await db.transaction((transaction) =>
            changeBudgets(
              transaction,
              one.rids.map((rid) => ({ rid, reserved: -one.amount, spent: cost })),
            ),
          );
          if (one.budgets.includes(BUDGETS[0])) spent += cost;
        }
        const states = await readBudgets(db, BUDGETS);
        for (const [index, each] of BUDGETS.entries()) {
          const state = states[index] ?? { spent: 0, reserved: 0 };
          expect(state.spent + state.reserved).toBeLessThanOrEqual(each.limit);
          const own = held.filter(({ budgets }) => budgets.includes(each));
          expect(state.reserved).toBe(own.reduce((sum, { amount }) => sum + amount, 0));
        }
        expect(states[0]?.spent).toBe(spent);
      }
    },
  );
});
