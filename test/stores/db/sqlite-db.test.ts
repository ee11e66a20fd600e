import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { textOf } from '../../support/databases/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WRITER = fileURLToPath(new URL('writing-store.ts', import.meta.url));

/** A process that writes to a directory until it is killed. */
const startWriter = (directory: string) => {
  const child = spawn(process.execPath, [WRITER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const acknowledged: number[] = [];
  const lines = createInterface({ input: child.stdout });
  const closed = once(lines, 'close');
  lines.on('line', (line) => {
    acknowledged.push(Number(line));
    lines.emit('acknowledged');
  });
  return {
    async writes(count: number): Promise<void> {
      while ((acknowledged.at(-1) ?? 0) < count) await once(lines, 'acknowledged');
    },
    /** Gives how much it had acknowledged. */
    async kill(): Promise<number> {
      child.kill('SIGKILL');
      await Promise.all([exited, closed]);
      return acknowledged.at(-1) ?? 0;
    },
  };
};

test('a server that was killed in the middle of writing has lost nothing it had acknowledged', async () => {
  await using folder = temporaryFolder();
  const writer = startWriter(folder.path);
  await writer.writes(40);
  const acknowledged = await writer.kill();
  const db = await openSqliteDb(folder.path);
  try {
    const store = new GenerationStore(db, { nodeId: 'next', eventRetentionMs: 1_000, retentionMs: 1_000 });
    expect(await db.query('PRAGMA integrity_check')).toMatchObject([{ integrity_check: 'ok' }]);
    const { lastSequence } = await store.readEvents('running', 0);
    expect(lastSequence).toBeGreaterThanOrEqual(acknowledged);
    expect((await store.find(`done-${acknowledged}`))?.generation.text).toHaveLength(acknowledged);
    expect(await store.interruptOrphans()).toEqual(['running']);
    const { events } = await store.readEvents('running', 0);
    expect(textOf(events)).toHaveLength(lastSequence);
    expect(events.at(-1)).toMatchObject({
      type: 'GenerationFailed',
      sequence: lastSequence + 1,
      generation: { status: 'failed', text: textOf(events) },
    });
  } finally {
    await db.close();
  }
});

test('a directory has one server at a time, and is free again as soon as that one is dead', async () => {
  await using folder = temporaryFolder();
  const writer = startWriter(folder.path);
  await writer.writes(1);
  await expect(openSqliteDb(folder.path)).rejects.toMatchObject({
    name: 'ModelgraphError',
    message: expect.stringContaining(`Another server uses the data directory ${folder.path}`),
  });
  await writer.kill();
  const db = await openSqliteDb(folder.path);
  await expect(openSqliteDb(folder.path)).rejects.toThrow('Another server uses the data directory');
  await db.close();
  await (await openSqliteDb(folder.path)).close();
});

test('a full disk is seen as long as nothing can be added, whatever can be read or changed', async () => {
  await using folder = temporaryFolder();
  const lines: string[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  const db = await openSqliteDb(folder.path, { debug: note, info: note, warn: note, error: note });
  const changes: boolean[] = [];
  db.onAvailability((up) => changes.push(up));
  await db.query('CREATE TABLE filled (rid integer PRIMARY KEY, value text)');
  await db.query(`INSERT INTO filled VALUES (1, 'x')`);
  const [{ pages } = { pages: 0 }] = await db.query<{ pages: number }>(
    'SELECT page_count AS pages FROM pragma_page_count',
  );
  await db.query(`PRAGMA max_page_count = ${pages}`);
  const fill = () => db.query('INSERT INTO filled (value) VALUES ($1)', ['y'.repeat(200_000)]);
  await expect(fill()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', failure: 'full' });
  await db.query('SELECT value FROM filled');
  await db.query(`UPDATE filled SET value = 'z' WHERE rid = 1`);
  expect(db.isUp()).toBe(false);
  await expect(fill()).rejects.toMatchObject({ message: expect.stringContaining('no space left') });
  await db.query('PRAGMA max_page_count = 1000000');
  await fill();
  expect([db.isUp(), changes]).toEqual([true, [false, true]]);
  expect(lines).toEqual([
    'the store cannot be used: the disk of the database is full',
    'the store can be used again',
  ]);
  await db.close();
});

test.each([
  ['is no database', 'not a database '.repeat(400)],
  ['was cut', 'SQLite format 3\0'],
  ['is full of zeros', '\0'.repeat(8_192)],
])('a file that %s is refused at the start with its path and what to do', async (_name, text) => {
  await using folder = temporaryFolder();
  const path = join(folder.path, 'modelgraph.db');
  await writeFile(path, text);
  await expect(openSqliteDb(folder.path)).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(`^The database ${path} cannot be used: .+ Restore it from a backup, or move it away`),
    ),
  });
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('files that were deleted or replaced while they are open take nothing any more', async () => {
  await using folder = temporaryFolder();
  const db = await openSqliteDb(folder.path);
  await db.query('CREATE TABLE kept (value text)');
  await rm(join(folder.path, 'modelgraph.db'));
  await writeFile(join(folder.path, 'modelgraph.db'), '');
  const write = () => db.query(`INSERT INTO kept VALUES ('lost')`);
  await expect
    .poll(
      () =>
        write().then(
          () => 'written',
          (error: unknown) => error,
        ),
      { timeout: 30_000 },
    )
    .toMatchObject({ code: 'SERVICE_UNAVAILABLE', failure: 'deleted' });
  expect(db.isUp()).toBe(false);
  await expect(
    db.transaction((transaction) => transaction.query(`INSERT INTO kept VALUES ('lost')`)),
  ).rejects.toMatchObject({ failure: 'deleted' });
  await db.close();
});

test('statements that follow each other without end leave timers their turn', async () => {
  const db = await openSqliteDb(null);
  const timer = { fired: false };
  setTimeout(() => {
    timer.fired = true;
  }, 1);
  for (let count = 0; count < 200_000 && !timer.fired; count += 1) await db.query('SELECT 1');
  expect(timer.fired).toBe(true);
  await db.close();
});

test('nobody but the owner can read what is stored', async () => {
  await using folder = temporaryFolder();
  const directory = join(folder.path, 'deep', 'data');
  const db = await openSqliteDb(directory);
  await db.query("INSERT INTO node (id, lease_until, started_at) VALUES ('a', 1, 1)");
  const modes = await Promise.all(
    ['', 'modelgraph.db', 'modelgraph.db-wal', 'server.lock'].map(
      async (name) => (await stat(join(directory, name))).mode & 0o777,
    ),
  );
  expect(modes.map((mode) => mode.toString(8))).toEqual(['700', '600', '600', '600']);
  await db.close();
});

test('a directory that cannot be used is refused with its name and the reason', async () => {
  await using folder = temporaryFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  await expect(openSqliteDb(file)).rejects.toMatchObject({
    name: 'ModelgraphError',
    message: expect.stringMatching(/The data directory .*file cannot be used: EEXIST/),
  });
  const broken = join(folder.path, 'broken');
  await mkdir(broken);
  await writeFile(
    join(broken, 'modelgraph.db'),
    'this is no database, and long enough to be seen as none'.repeat(20),
  );
  await expect(openSqliteDb(broken)).rejects.toThrow(/file is not a database/);
});
