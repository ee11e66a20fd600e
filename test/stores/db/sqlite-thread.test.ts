import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { isStoreUnavailable } from '../../../src/core/store-errors.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { request, startApp } from '../../support/app/app.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { toyOverrides } from '../../support/app/toy-provider.ts';
import { findInFiles } from '../../support/find-in-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DB = new URL('../../../src/stores/db/sqlite-db.ts', import.meta.url).href;

/** Opens a database with the compile cache of a folder, as the server does. */
const script = (cache: string, data: string): string => `
  import { enableCompileCache } from 'node:module';
  enableCompileCache(${JSON.stringify(cache)});
  const { openSqliteDb } = await import(${JSON.stringify(DB)});
  await (await openSqliteDb(${JSON.stringify(data)})).close();`;

/** Words of the program of the thread, which no other thread loads. */
const OF_THREAD = 'port.postMessage({ rows, changed, error, isTransaction }';

test('the program of the thread is in the compile cache of the process, from which later starts take it', async () => {
  await using folder = temporaryFolder();
  const [cache, data] = [join(folder.path, 'cache'), join(folder.path, 'data')];
  const program = ['--input-type=module', '-e', script(cache, data)];
  const child = spawn(process.execPath, program, { env: {}, stdio: ['ignore', 'inherit', 'inherit'] });
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(await findInFiles(cache, [OF_THREAD])).toEqual([OF_THREAD]);
});

/** The next thread that this process starts. */
const nextThread = (): Promise<Worker> => new Promise((resolve) => process.once('worker', resolve));

test('a database whose thread ends is opened again, with its settings, and nothing of the transaction that was under way', async () => {
  await using folder = temporaryFolder();
  const starting = nextThread();
  const db = await openSqliteDb(folder.path);
  await db.query('CREATE TABLE kept (number bigint)');
  await db.query('INSERT INTO kept VALUES (1)');
  const thread = await starting;
  const cut = db.transaction(async (transaction) => {
    await transaction.query('INSERT INTO kept VALUES (2)');
    await thread.terminate();
    // A statement that went to a thread of its own would be stored alone.
    await transaction.query('INSERT INTO kept VALUES (3)').catch(() => undefined);
    await transaction.query('INSERT INTO kept VALUES (4)');
  });
  await expect(cut).rejects.toSatisfy(isStoreUnavailable);
  expect(db.isUp()).toBe(false);
  await db.query('INSERT INTO kept VALUES (5)');
  expect(db.isUp()).toBe(true);
  expect(await db.query('SELECT number FROM kept ORDER BY number')).toEqual([{ number: 1 }, { number: 5 }]);
  expect(await db.query('PRAGMA secure_delete')).toEqual([{ secure_delete: 1 }]);
  expect(await db.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
  await db.close();
  await expect(db.query('SELECT 1')).rejects.toSatisfy(isStoreUnavailable);
});

test('a database whose thread has ended is closed without being opened again', async () => {
  await using folder = temporaryFolder();
  const starting = nextThread();
  const db = await openSqliteDb(folder.path);
  await (await starting).terminate();
  await db.close();
  const next = await openSqliteDb(folder.path);
  await next.close();
});

test('a generation during which the thread of the database ends is stored whole', async () => {
  await using folder = temporaryFolder();
  const starting = nextThread();
  const toy = createSteppedToy();
  const settings = { dataDirectory: folder.path };
  const app = await startApp(settings, toyOverrides(toy));
  const thread = await starting;
  const started = await request(
    app,
    'mutation { startGeneration(input: { model: "toy", prompt: "Hi", onDisconnect: CONTINUE }) { id } }',
  );
  const { id } = started.data.startGeneration;
  await toy.give({ type: 'text-delta', text: 'before ' });
  await thread.terminate();
  await toy.give({ type: 'text-delta', text: 'and after' });
  await toy.finish();
  const find = async (at: { readonly url: string }): Promise<unknown> =>
    (await request(at, 'query ($id: ID!) { generation(id: $id) { status text } }', { id })).data?.generation;
  const whole = { status: 'COMPLETED', text: 'before and after' };
  await expect.poll(() => find(app), { timeout: 60_000 }).toEqual(whole);
  await app.close();
  await using later = await startApp(settings, toyOverrides(createSteppedToy()));
  expect(await find(later)).toEqual(whole);
});
