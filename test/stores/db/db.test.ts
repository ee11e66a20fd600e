import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { findEngines } from '../../support/databases/stores.ts';

const engines = await findEngines();

for (const { engine, name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`A database: ${name}`, () => {
    test('gives whole numbers back as numbers, and texts and nulls as they were', async () => {
      await using stores = await open();
      const rows = await stores.db.query(
        'SELECT cast($1 as bigint) AS number, cast($2 as text) AS text, cast($3 as text) AS missing, count(*) AS rows_counted',
        [1_795_371_326_922, 'ü "\\" 😀', null],
      );
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { number: 1_795_371_326_922, text: 'ü "\\" 😀', missing: null, rows_counted: 1 },
      ]);
    });

    test('takes rows and lists as JSON, whatever their texts hold', async () => {
      await using stores = await open();
      const texts = ['plain', 'quote \' and "', '\\u0000', '$1 ?1', ''];
      const rows = await stores.db.query<{ text: string; number: number | null }>(
        'SELECT r.text, r.number FROM JSON_ROWS($1, text text, number bigint) AS r WHERE r.text IN_LIST($2)',
        [
          JSON.stringify(texts.map((text, index) => ({ text, number: index === 1 ? null : index }))),
          JSON.stringify(texts.slice(1)),
        ],
      );
      expect(rows.map(({ text, number }) => [text, number])).toEqual([
        ['quote \' and "', null],
        ['\\u0000', 2],
        ['$1 ?1', 3],
        ['', 4],
      ]);
    });

    test('has a clock that agrees with this machine', async () => {
      await using stores = await open();
      const [row] = await stores.db.query<{ now: number }>('SELECT NOW_MS AS now');
      expect(Number.isInteger(row?.now)).toBe(true);
      expect(Math.abs((row?.now ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    test('keeps nothing of a transaction that fails, and tells nobody of it', async () => {
      await using stores = await open();
      const heard: string[] = [];
      const bus = new EventEmitter();
      const listening = engine === 'postgres' ? once(bus, 'listening') : Promise.resolve();
      stores.db.listen('news', (payload) => bus.emit('news', heard.push(payload)), {
        onReconnect: () => bus.emit('listening'),
      });
      await listening;
      await expect(
        stores.db.transaction(async (transaction) => {
          await transaction.query("INSERT INTO node (id, lease_until, started_at) VALUES ('a', 1, 1)");
          await transaction.notify('news', 'never');
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
      const told = once(bus, 'news');
      await stores.db.transaction(async (transaction) => {
        await transaction.query("INSERT INTO node (id, lease_until, started_at) VALUES ('b', 1, 1)");
        await transaction.notify('news', 'done');
      });
      await told;
      expect(heard).toEqual(['done']);
      expect((await stores.db.query('SELECT id FROM node')).map((row) => ({ ...row }))).toEqual([
        { id: 'b' },
      ]);
    });

    test('runs transactions that come at once without mixing them', async () => {
      await using stores = await open();
      await stores.db.query("INSERT INTO node (id, lease_until, started_at) VALUES ('counter', 0, 0)");
      await Promise.all(
        Array.from({ length: 20 }, () =>
          stores.db.transaction(async (transaction) => {
            const [row] = await transaction.query<{ lease_until: number }>(
              "SELECT lease_until FROM node WHERE id = 'counter' FOR UPDATE",
            );
            await transaction.query("UPDATE node SET lease_until = $1 WHERE id = 'counter'", [
              (row?.lease_until ?? 0) + 1,
            ]);
          }),
        ),
      );
      const [row] = await stores.db.query<{ lease_until: number }>('SELECT lease_until FROM node');
      expect(row?.lease_until).toBe(20);
    });

    test('tells defects from times when the engine is away', async () => {
      await using stores = await open();
      const defect: unknown = await stores.db.query('SELECT * FROM nowhere').catch((error: unknown) => error);
      expect(defect).toBeInstanceOf(Error);
      expect(defect).not.toHaveProperty('code', 'SERVICE_UNAVAILABLE');
      expect(stores.db.isUp()).toBe(true);
      await stores.db.close();
      await expect(stores.db.query('SELECT 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    });

    test('tells every listener until it has left', async () => {
      await using stores = await open();
      const bus = new EventEmitter();
      const other = await stores.connect();
      const listening = engine === 'postgres' ? once(bus, 'listening') : Promise.resolve();
      const heard: string[] = [];
      const leave = stores.db.listen('news', (payload) => heard.push(`first ${payload}`));
      other.listen('news', (payload) => bus.emit('news', heard.push(`second ${payload}`)), {
        onReconnect: () => bus.emit('listening'),
      });
      await listening;
      leave();
      const told = once(bus, 'news');
      await stores.db.notify('news', 'one');
      await told;
      expect(heard).toEqual(['second one']);
    });
  });
}
