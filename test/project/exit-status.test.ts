import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const POSTGRES_SERVER = new URL('../support/databases/postgres-server.ts', import.meta.url).href;

const PROGRAM = `
const { startPostgres } = await import(${JSON.stringify(POSTGRES_SERVER)});
process.exitCode = 3;
await startPostgres().then((server) => server.remove(), () => {});
`;

test('a run that failed says so in its status, although PostgreSQL ran in its process', async () => {
  const run = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { stdio: 'ignore' });
  expect(await once(run, 'exit')).toEqual([3, null]);
});
