import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { createDice } from '../../fuzz/dice.ts';
import { findInFiles, goneFromFiles } from '../../support/find-in-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const walSize = async (directory: string): Promise<number> =>
  (await stat(join(directory, 'modelgraph.db-wal'))).size;

test('no byte of deleted rows is left, however rows of all lengths have grown, moved and gone around them', async () => {
  await using folder = temporaryFolder();
  const db = await openSqliteDb(folder.path, null, { eraseAfterMs: 0 });
  try {
    const dice = createDice(12);
    await db.query('CREATE TABLE made (rid IDENTITY, name text NOT NULL UNIQUE, content text NOT NULL)');
    const textOf = (index: number): string => `<mark-${index}-${'z'.repeat(12)}>`;
    const long = (index: number): string => textOf(index).repeat(1 + dice.below(dice.chance(0.2) ? 400 : 30));
    const count = 400;
    for (let index = 0; index < count; index += 1) {
      await db.query('INSERT INTO made (name, content) VALUES ($1, $2)', [textOf(index), 'begun']);
      const grown = Math.max(0, index - dice.below(20));
      await db.query('UPDATE made SET content = $2 WHERE name = $1', [textOf(grown), long(grown)]);
    }
    const all = Array.from({ length: count }, (_, index) => index);
    const gone = all.filter(() => dice.chance(0.7));
    const kept = all.filter((index) => !gone.includes(index)).map(textOf);
    for (const index of gone) await db.query('DELETE FROM made WHERE name = $1', [textOf(index)]);
    db.eraseTraces?.();
    await goneFromFiles(folder.path, gone.map(textOf));
    expect(await findInFiles(folder.path, kept)).toEqual(kept);
    expect(await db.query('PRAGMA integrity_check')).toMatchObject([{ integrity_check: 'ok' }]);
    while ((await walSize(folder.path)) > 0) await db.query('SELECT 1 AS turn');
  } finally {
    await db.close();
  }
});

test('a database of an earlier version is rid of what was deleted in it', async () => {
  await using folder = temporaryFolder();
  await (await openSqliteDb(folder.path)).close();
  const content = 'deleted long ago';
  const earlier = new DatabaseSync(join(folder.path, 'modelgraph.db'));
  earlier.exec('PRAGMA user_version = 0; CREATE TABLE made (content text)');
  earlier.prepare('INSERT INTO made VALUES (?)').run(content);
  earlier.exec('DELETE FROM made');
  earlier.close();
  expect(await findInFiles(folder.path, [content])).toEqual([content]);
  const db = await openSqliteDb(folder.path, null, { eraseAfterMs: 0 });
  await goneFromFiles(folder.path, [content]);
  await db.close();
});

test('a process that reads the database delays that, and does not prevent it', async () => {
  await using folder = temporaryFolder();
  const db = await openSqliteDb(folder.path, null, { eraseAfterMs: 0 });
  const content = 'read by another process';
  await db.query('CREATE TABLE made (content text)');
  await db.query('INSERT INTO made VALUES ($1)', [content]);
  const reader = new DatabaseSync(join(folder.path, 'modelgraph.db'));
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM made').all();
  await db.query('DELETE FROM made');
  db.eraseTraces?.();
  expect(await findInFiles(folder.path, [content])).toEqual([content]);
  reader.exec('COMMIT');
  reader.close();
  await goneFromFiles(folder.path, [content]);
  await db.close();
});
