import { expect, test } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { runCommand } from '../support/app/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test.each([
  'postgres://me:a%40b@db.example/app',
  'postgres:///app',
  'postgresql://me@localhost/app?host=/run/postgresql',
  'postgres://%2Frun%2Fpostgresql/app',
])('an address of a database is taken as it is: %s', (DATABASE_URL) => {
  expect(parseSettings({ DATABASE_URL }, []).databaseUrl).toBe(DATABASE_URL);
});

test.each(['me:hunter2#@db.example/app', 'me:hunter2%@db.example/app', 'me:hunter2@/app'])(
  'one that cannot be read stops the start, and a check, without being quoted: %s',
  async (address) => {
    await using folder = temporaryFolder();
    const environment = { DATABASE_URL: `postgres://${address}` };
    const started = await runCommand(['--port', '0'], folder.path, environment);
    const checked = await runCommand(['check', '--port', '0'], folder.path, environment);
    const reason = /DATABASE_URL: cannot be read as an address: .*write @ as %40/;
    expect(started.errors).toMatch(reason);
    expect(checked.output).toMatch(reason);
    expect([started.code, checked.code]).toEqual([1, 1]);
    expect(Object.values({ ...started, ...checked }).join()).not.toMatch(/hunter2| {4}at /);
  },
  60_000,
);
