import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../../src/stores/db/db.ts';
import { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { openPostgresDb } from '../../../src/stores/db/postgres-db.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { type PostgresServer, startPostgres } from '../../support/databases/postgres-server.ts';
import { begunGeneration, place, SILENT_LOG, textDeltas, textOf } from '../../support/databases/stores.ts';

const { problem } = await usePostgres();

const pause = (ms: number): Promise<true> => new Promise((resolve) => setTimeout(() => resolve(true), ms));

const open = (url: string, startTimeoutMs = 30_000): Promise<Db> =>
  openPostgresDb({ url, directUrl: url, log: SILENT_LOG, startTimeoutMs });

describe.skipIf(problem !== null)(
  `PostgreSQL that comes and goes${problem === null ? '' : ` (${problem})`}`,
  () => {
    let server: PostgresServer;

    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.remove());

    test('is waited for at the start', async () => {
      await server.stop();
      const waiting = new EventEmitter();
      const warned = once(waiting, 'warned');
      const opening = openPostgresDb({
        url: server.url,
        directUrl: server.url,
        log: { ...SILENT_LOG, warn: () => waiting.emit('warned') },
      });
      await warned;
      await server.start();
      const db = await opening;
      expect(await db.query('SELECT 1 AS one')).toMatchObject([{ one: 1 }]);
      await db.close();
    });

    test('is given up at the start after a while, without its password being said', async () => {
      await server.stop();
      const { password } = new URL(server.url);
      const error: unknown = await open(server.url, 0).catch((thrown: unknown) => thrown);
      await server.start();
      expect(error).toMatchObject({
        name: 'ModelgraphError',
        message: expect.stringMatching(
          /The database at 127\.0\.0\.1:\d+\/postgres cannot be used: .*ECONNREFUSED/,
        ),
      });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(password);
    });

    test('that refuses this server is not waited for', async () => {
      const url = new URL(server.url);
      url.password = 'not-the-password';
      await expect(open(url.href)).rejects.toThrow(/cannot be used: password authentication failed/);
      url.href = server.url;
      url.pathname = '/nowhere';
      await expect(open(url.href)).rejects.toThrow(/cannot be used: database "nowhere" does not exist/);
    });

    test('an address that is none is refused without being shown', async () => {
      await expect(open('postgres://user:secret@[/')).rejects.toMatchObject({
        message: 'The address of the database is no URL.',
      });
    });

    test('keeps the plan of a statement that has a name, and none through a pooler', async () => {
      const plansKept = async (db: Db): Promise<unknown> => {
        for (const value of [1, 2])
          expect(await db.query('SELECT cast($1 as int) AS value', [value], { name: 'value' })).toEqual([
            { value },
          ]);
        return db.query('SELECT name FROM pg_prepared_statements');
      };
      const direct = await open(server.url);
      expect(await plansKept(direct)).toEqual([{ name: 'value' }]);
      await direct.close();
      const { url } = server;
      const pooled = await openPostgresDb({ url, directUrl: `${url}?keepalives=1`, log: SILENT_LOG });
      expect(await plansKept(pooled)).toEqual([]);
      await pooled.close();
    });

    test('that is restarted is seen as away and back, notifies again, and has kept what it acknowledged', async () => {
      const [db, other] = [await open(server.url), await open(server.url)];
      const options = { eventRetentionMs: 900_000, retentionMs: 86_400_000 };
      const store = new GenerationStore(db, { nodeId: 'owner', ...options });
      const follower = new GenerationStore(other, { nodeId: 'follower', ...options });
      const bus = new EventEmitter();
      const availability: boolean[] = [];
      db.onAvailability((up) => availability.push(up));
      const heard: string[] = [];
      const listening = once(bus, 'heard');
      follower.onTails((nodeId) => bus.emit('heard', heard.push(nodeId)));
      await listening;
      const write = (sequence: number, text: string) =>
        store.write({
          created: [begunGeneration()],
          blocks: [
            {
              generationId: 'gen_1',
              firstSequence: sequence,
              events: place('gen_1', sequence, textDeltas(text)),
            },
          ],
          changed: [],
          finished: [],
        });
      await write(1, 'before ');
      await server.stop();
      await expect(write(2, 'after')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      await expect(store.find('gen_1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(db.isUp()).toBe(false);
      expect(availability).toEqual([false]);
      heard.length = 0;
      const connectedAgain = once(bus, 'heard');
      await server.start();
      await connectedAgain;
      expect(heard).toEqual(['']);
      const told = once(bus, 'heard');
      expect(await write(2, 'after')).toEqual([]);
      await told;
      expect(heard).toEqual(['', 'owner']);
      expect(db.isUp()).toBe(true);
      expect(availability).toEqual([false, true]);
      expect(textOf((await follower.readEvents('gen_1', 0)).events)).toBe('before after');
      await Promise.all([db.close(), other.close()]);
      await expect(store.find('gen_1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    });

    test('ends a transaction that stands still, so that its rows are free for others', async () => {
      const options = { url: server.url, directUrl: server.url, log: SILENT_LOG };
      const frozen = await openPostgresDb({ ...options, transactionIdleMs: 3_000 });
      const other = await openPostgresDb(options);
      const thaw = Promise.withResolvers<void>();
      const locked = Promise.withResolvers<void>();
      await other.query('CREATE TABLE held (rid bigint, value text)');
      await other.query(`INSERT INTO held VALUES (1, 'before')`);
      const standing = frozen.transaction(async (transaction) => {
        await transaction.query('SELECT value FROM held FOR UPDATE');
        locked.resolve();
        await thaw.promise;
        await transaction.query(`UPDATE held SET value = 'late'`);
      });
      await Promise.race([locked.promise, standing]);
      await other.query(`UPDATE held SET value = 'theirs'`);
      thaw.resolve();
      await expect(standing).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(await frozen.query('SELECT value FROM held')).toMatchObject([{ value: 'theirs' }]);
      await Promise.all([frozen.close(), other.close()]);
    });

    test('of which a table is locked is down until that table can be written to, whatever others take', async () => {
      const lines: string[] = [];
      const log = { ...SILENT_LOG, error: (_fields: object, message: string) => void lines.push(message) };
      const db = await openPostgresDb({ url: server.url, directUrl: server.url, log });
      const locker = await open(server.url);
      await db.query('CREATE TABLE locked_one (value text)');
      await db.query('CREATE TABLE other_one (value text)');
      const release = Promise.withResolvers<void>();
      const locked = Promise.withResolvers<void>();
      const locking = locker.transaction(async (transaction) => {
        await transaction.query('LOCK TABLE locked_one IN ACCESS EXCLUSIVE MODE');
        locked.resolve();
        // A statement at times keeps the transaction from being ended for standing still.
        while (await Promise.race([release.promise.then(() => false), pause(1_000)]))
          await transaction.query('SELECT 1');
      });
      await locked.promise;
      const writing = db.transaction((transaction) =>
        transaction.query(`INSERT INTO locked_one VALUES ('x')`),
      );
      await expect(writing).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', failure: 'busy' });
      await db.query(`INSERT INTO other_one VALUES ('x')`);
      await db.query('SELECT value FROM other_one');
      expect(db.isUp()).toBe(false);
      expect(lines).toEqual([expect.stringContaining('locked for too long')]);
      release.resolve();
      await locking;
      await db.query(`INSERT INTO other_one VALUES ('y')`);
      expect(db.isUp()).toBe(true);
      await Promise.all([db.close(), locker.close()]);
    });

    test('closes while it is away', async () => {
      const db = await open(server.url);
      await server.stop();
      await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      await db.close();
      await server.start();
    });
  },
);
