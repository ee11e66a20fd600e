import { describe, expect, it } from 'vitest';
import { AccountStore } from '../../../src/stores/principals/account-store.ts';
import { writeLedger } from '../../../src/stores/ledger.ts';
import type { Settlement } from '../../../src/core/billed-turn.ts';
import { findEngines } from '../../support/databases/stores.ts';

const DAY_MS = 86_400_000;

const settlement = (
  part: Partial<Settlement> & { readonly day: number; readonly model: string },
): Settlement => ({
  principalId: 'ann',
  status: 'completed',
  billing: { keyId: 'ann', userId: null, tag: null, bound: 5, budgets: [] },
  turns: [
    {
      at: new Date(part.day * DAY_MS),
      model: part.model,
      provider: 'toy',
      usage: {
        inputTokens: 2,
        outputTokens: 3,
        totalTokens: 5,
        cacheReadTokens: null,
        cacheWriteTokens: null,
        reasoningTokens: null,
        audioInputTokens: null,
        source: 'provider',
      },
      cost: 7,
      fees: 0,
      source: 'price-list',
    },
  ],
  released: 5,
  generations: 1,
  ...part,
});

describe.each(await findEngines())('usage on $name', ({ open, problem }) => {
  it.skipIf(problem !== null)(
    'is the sum of the ledger, by each dimension, for its owner alone',
    async () => {
      await using opened = await open();
      const { db } = opened;
      const store = new AccountStore(db);
      const user = { keyId: 'ann', userId: 'eve', tag: 't', bound: null, budgets: [] };
      await db.transaction((transaction) =>
        writeLedger(
          transaction,
          [
            settlement({ day: 100, model: 'a' }),
            settlement({ day: 100, model: 'a' }),
            settlement({ day: 101, model: 'b', status: 'failed' }),
            settlement({ day: 101, model: 'b', principalId: 'user:ann:eve', billing: user }),
          ],
          3,
        ),
      );
      await db.transaction((transaction) =>
        writeLedger(transaction, [settlement({ day: 100, model: 'a' })], 4),
      );
      const ask = (by: Parameters<AccountStore['usage']>[0]['by'], type: 'principal' | 'key' = 'principal') =>
        store.usage({ whose: { type, id: 'ann' }, fromDay: 100, toDay: 101, by }, 100);
      expect(await ask([])).toMatchObject([{ generations: 4, inputTokens: 8, outputTokens: 12, cost: 28 }]);
      expect(await ask(['day', 'model'])).toMatchObject([
        { day: 100, model: 'a', generations: 3, cost: 21 },
        { day: 101, model: 'b', generations: 1, cost: 7 },
      ]);
      expect(await ask(['status'])).toMatchObject([
        { status: 'completed' },
        { status: 'failed', generations: 1 },
      ]);
      expect(await ask(['user', 'tag'], 'key')).toMatchObject([
        { user: null, tag: null, generations: 4 },
        { user: 'eve', tag: 't', generations: 1 },
      ]);
      expect(
        await store.usage({ whose: { type: 'principal', id: 'bob' }, fromDay: 0, toDay: 200, by: [] }, 9),
      ).toEqual([]);
    },
  );

  it.skipIf(problem !== null)('is deleted with the ledger once it is too old', async () => {
    await using opened = await open();
    const store = new AccountStore(opened.db);
    const today = Math.floor(Date.now() / DAY_MS);
    await opened.db.transaction((transaction) =>
      writeLedger(
        transaction,
        [settlement({ day: 100, model: 'a' }), settlement({ day: today, model: 'a' })],
        0,
      ),
    );
    expect(await store.deleteOlder(30 * DAY_MS, 1_000)).toBe(false);
    const rows = await opened.db.query<{ at: number }>('SELECT at FROM ledger');
    expect(rows).toHaveLength(1);
    const whole = { whose: { type: 'principal', id: 'ann' }, fromDay: 0, toDay: today, by: ['day'] } as const;
    expect(await store.usage(whole, 9)).toMatchObject([{ day: today, generations: 1 }]);
  });
});
