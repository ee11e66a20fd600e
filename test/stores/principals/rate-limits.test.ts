import { describe, expect, it } from 'vitest';
import type { RateLimitName } from '../../../src/core/rate-limit.ts';
import {
  advanceWindow,
  EMPTY_WINDOW,
  remainingOf,
  type WindowState,
} from '../../../src/lib/sliding-window.ts';
import { NodeLeases } from '../../../src/stores/nodes/node-leases.ts';
import { RateLimitStore } from '../../../src/stores/principals/rate-limit-store.ts';
import { createRandom } from '../../support/create-random.ts';
import { findEngines } from '../../support/databases/stores.ts';

const postgres = (await findEngines()).filter(({ engine }) => engine === 'postgres');

const WINDOW_MS = 400;

const at = <T>(all: readonly T[], index: number): T => {
  const found = all[index % all.length];
  if (found === undefined) throw new Error('there are none');
  return found;
};

const limitOf = (limit: number, name: RateLimitName = 'requestsPerMinute') => ({
  account: 'key:a',
  name,
  limit,
});

describe.each(postgres)('counting over nodes on $name', ({ open, problem }) => {
  it.skipIf(problem !== null).each([1, 2])(
    'goes by the rules that a node goes by alone (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      await using opened = await open();
      const store = new RateLimitStore(opened.db, 'here');
      let known: WindowState = EMPTY_WINDOW;
      for (let step = 0; step < 150; step += 1) {
        const asked = Math.floor(random() * 6);
        const added = random() < 0.2 ? Math.floor(random() * 20) - 10 : 0;
        const { state, nowMs, granted } = await store.take(limitOf(20), WINDOW_MS, { added, asked });
        // The clock is that of the statement, which is not known before.
        known = advanceWindow(known, nowMs, WINDOW_MS);
        known = { ...known, used: Math.max(0, known.used + added) };
        expect(granted).toBe(Math.min(asked, remainingOf(known, nowMs, WINDOW_MS, 20)));
        known = { ...known, used: known.used + granted };
        // The first row has no window before it, whatever the clock says.
        expect(state).toEqual(known);
        expect(await store.readWindow(limitOf(20))).toMatchObject({ state });
      }
    },
  );

  it.skipIf(problem !== null)('grants no more than the limit, however many nodes ask at once', async () => {
    await using opened = await open();
    const stores = await Promise.all(
      ['a', 'b', 'c'].map(async (id) => new RateLimitStore(await opened.connect(), id)),
    );
    const asks = Array.from({ length: 300 }, (_, index) =>
      at(stores, index).take(limitOf(100), 86_400_000, { added: 0, asked: 1 + (index % 2) }),
    );
    const granted = (await Promise.all(asks)).reduce((sum, answer) => sum + answer.granted, 0);
    expect(granted).toBe(100);
  });

  it.skipIf(problem !== null)(
    'holds no more open than the limit over nodes that are alive, and forgets one that has died',
    async () => {
      await using opened = await open();
      const limit = limitOf(10, 'generationsAtOnce');
      const nodes = await Promise.all(
        ['a', 'b', 'c'].map(async (id) => {
          const db = await opened.connect();
          const leases = new NodeLeases(db, id);
          await leases.renew(60_000);
          return { leases, store: new RateLimitStore(db, id) };
        }),
      );
      const [a, b, c] = nodes;
      if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
      const held = await Promise.all(nodes.map(({ store }) => store.hold(limit, { kept: 0, asked: 7 })));
      expect(held.reduce((sum, { own }) => sum + own, 0)).toBe(10);
      const own = (await a.store.hold(limit, { kept: held[0]?.own ?? 0, asked: 0 })).own;
      expect(await b.store.readOthers(limit)).toBe(10 - (held[1]?.own ?? 0));
      // Written again it stays the same; a node that has released is believed at once.
      expect((await a.store.hold(limit, { kept: own, asked: 0 })).own).toBe(own);
      await a.store.hold(limit, { kept: 0, asked: 0 });
      await b.store.hold(limit, { kept: 0, asked: 0 });
      await c.store.hold(limit, { kept: 0, asked: 0 });
      expect((await a.store.hold(limit, { kept: 0, asked: 10 })).own).toBe(10);
      expect((await b.store.hold(limit, { kept: 0, asked: 1 })).own).toBe(0);
      await a.leases.release();
      expect((await b.store.hold(limit, { kept: 0, asked: 1 })).own).toBe(1);
      expect(await c.store.readOthers(limit)).toBe(1);
    },
  );

  it.skipIf(problem !== null)('deletes what counts no more, and nothing else', async () => {
    await using opened = await open();
    const store = new RateLimitStore(opened.db, 'here');
    await store.take(limitOf(5), 60_000, { added: 0, asked: 1 });
    await store.take({ ...limitOf(5), account: 'key:old' }, 60_000, { added: 0, asked: 1 });
    await store.hold(limitOf(5, 'sockets'), { kept: 1, asked: 0 });
    await store.hold({ ...limitOf(5, 'sockets'), account: 'key:old' }, { kept: 0, asked: 0 });
    await opened.db.query(
      `UPDATE rate_window SET begins_at = begins_at - 172860000 WHERE account = 'key:old'`,
    );
    await opened.db.query('UPDATE rate_hold SET changed_at = changed_at - 90000000');
    await store.deleteOld();
    const rows = (table: string) => opened.db.query(`SELECT account FROM ${table}`);
    expect(await rows('rate_window')).toEqual([{ account: 'key:a' }]);
    expect(await rows('rate_hold')).toEqual([{ account: 'key:a' }]);
  });
});
