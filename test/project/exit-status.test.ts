import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const POSTGRES_SERVER = new URL('../support/databases/postgres-server.ts', import.meta.url).href;

const PROGRAM = `
const { startPostgres } = await import(${JSON.stringify(POSTGRES_SERVER)});
process.exitCode = Number(process.argv[1]);
await startPostgres().then((server) => server.remove(), () => {});
`;

test.each([
  [0, 'a run that passed'],
  [3, 'a run that failed'],
])(
  'the status is %i after %s, and nothing is thrown at its end, although PostgreSQL ran in its process',
  async (status) => {
    const run = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, String(status)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [errors, ended] = await Promise.all([text(run.stderr), once(run, 'exit')]);
    expect({ errors, ended }).toEqual({ errors: '', ended: [status, null] });
  },
);
