import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../config/settings.ts';
import type { AppOverrides } from '../../src/app.ts';
import { collectOverSse, request, startApp, type TestApp } from '../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  toyOverrides,
  untilAborted,
} from '../support/app/toy-provider.ts';
import { findInstalledPostgres, startInstalledPostgres } from '../support/databases/installed-postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

const GENERATE = `mutation ($input: GenerateInput!, $key: String) { generate(input: $input, idempotencyKey: $key) { id text } }`;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const READ = `query ($id: ID!) { generation(id: $id) { status text error { code } } }`;
const input = { model: 'toy', prompt: 'Hello' };

/** Two models, of which one says a word and then no more: what runs while a backup is made has to run until it is restored. */
const overrides = (): AppOverrides =>
  toyOverrides(
    createToy(async function* ({ config, signal }) {
      yield textDelta('Hello');
      if (config.name === 'silent') await untilAborted(signal);
      yield finishEvent();
    }),
    { toy: {}, silent: {} },
  );

/** One that has ended, under a key, and one that runs. */
const begin = async (app: TestApp) => {
  const ended = (await request(app, GENERATE, { input, key: 'order-1' })).data.generate;
  const running = (await request(app, START, { input: { model: 'silent', prompt: 'Hello' } })).data
    .startGeneration;
  return { ended, running } as const;
};

/** Writes generations while the backup is made, and gives how many. */
const writeMeanwhile = async (app: TestApp, work: Promise<unknown>): Promise<number> => {
  const over = new AbortController();
  const stop = (): void => over.abort();
  work.then(stop, stop);
  let count = 0;
  do {
    await request(app, GENERATE, { input });
    count += 1;
  } while (!over.signal.aborted);
  return count;
};

/** What the restored server has of what was there before the backup. */
const expectRestored = async (settings: Partial<Settings>, begun: Awaited<ReturnType<typeof begin>>) => {
  await using app = await startApp(settings, overrides());
  const ended = (await request(app, READ, { id: begun.ended.id })).data.generation;
  expect(ended).toEqual({ status: 'COMPLETED', text: begun.ended.text, error: null });
  const again = (await request(app, GENERATE, { input, key: 'order-1' })).data.generate;
  expect(again).toEqual(begun.ended);
  // Once the lease of the server that ran it has run out, where several could have the database.
  const events = toEvents(await collectOverSse(app, FOLLOW_SUBSCRIPTION, { id: begun.running.id }));
  expect(events.at(-1)).toMatchObject({
    __typename: 'GenerationFailed',
    error: { code: 'GENERATION_INTERRUPTED' },
  });
};

/** The command of docs/upgrades.md that needs no `sqlite3`, with these files in place of its own. */
const readBackupCode = async (database: string, backup: string): Promise<string> => {
  const text = await readFile(new URL('../../docs/upgrades.md', import.meta.url), 'utf8');
  const code = /node -e "(.*)"$/m.exec(text)?.[1];
  if (code === undefined) throw new Error('docs/upgrades.md has no such command');
  return code.replaceAll('\\"', '"').replace('data/modelgraph.db', database).replace('backup.db', backup);
};

describe('A backup of a running server', () => {
  it('of SQLite has what was stored by then, and another server starts with it', async () => {
    await using folder = temporaryFolder();
    await using restored = temporaryFolder();
    const backup = join(folder.path, 'backup.db');
    await using app = await startApp({ dataDirectory: folder.path }, overrides());
    const begun = await begin(app);
    const code = await readBackupCode(join(folder.path, 'modelgraph.db'), backup);
    const made = run(process.execPath, ['-e', code]);
    expect(await writeMeanwhile(app, made)).toBeGreaterThan(0);
    await made;
    await copyFile(backup, join(restored.path, 'modelgraph.db'));
    await expectRestored({ dataDirectory: restored.path }, begun);
  });

  const binaries = findInstalledPostgres();
  it.skipIf(binaries === undefined)(
    `of PostgreSQL by pg_dump has what was stored by then, and another server starts with it${
      binaries === undefined ? ' (no pg_dump with its server is installed here)' : ''
    }`,
    async () => {
      await using folder = temporaryFolder();
      await using postgres = await startInstalledPostgres(binaries ?? '');
      const backup = join(folder.path, 'backup.dump');
      await using app = await startApp({ databaseUrl: postgres.url('postgres') }, overrides());
      const begun = await begin(app);
      const made = postgres.run('pg_dump', '--format=custom', `--file=${backup}`, postgres.url('postgres'));
      expect(await writeMeanwhile(app, made)).toBeGreaterThan(0);
      await made;
      await postgres.run('createdb', `--maintenance-db=${postgres.url('postgres')}`, 'restored');
      await postgres.run(
        'pg_restore',
        '--no-owner',
        '--exit-on-error',
        `--dbname=${postgres.url('restored')}`,
        backup,
      );
      await expectRestored({ databaseUrl: postgres.url('restored') }, begun);
    },
  );
});
