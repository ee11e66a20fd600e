import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../find-free-port.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);

/** Debian's `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

/** The folder of the newest PostgreSQL that Debian's packages have installed, with its client; undefined: there is none. */
export const findInstalledPostgres = (): string | undefined =>
  globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) =>
      ['initdb', 'pg_ctl', 'pg_dump'].every((name) => globSync(join(folder, name)).length > 0),
    )
    .toSorted((a, b) => Number(a.split('/')[4]) - Number(b.split('/')[4]))
    .at(-1);

export interface InstalledPostgres extends AsyncDisposable {
  /** The address of one of its databases. */
  url(database: string): string;
  /** Runs a program of its version. */
  run(program: string, ...parameters: readonly string[]): Promise<void>;
}

/** A PostgreSQL of this machine on 127.0.0.1, whose dumps the programs of the same version write and read. */
export const startInstalledPostgres = async (binaries: string): Promise<InstalledPostgres> => {
  const folder = temporaryFolder();
  const port = await findFreePort();
  const isRoot = process.getuid?.() === 0;
  const data = join(folder.path, 'data');
  await chmod(folder.path, 0o755);
  if (isRoot) await chown(folder.path, NOBODY, NOBODY);
  const administer = (program: string, ...parameters: readonly string[]) => {
    const command = [join(binaries, program), ...parameters];
    const [first = '', ...rest] = isRoot
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
      : command;
    return run(first, rest, { cwd: folder.path });
  };
  await administer(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  );
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  await administer('pg_ctl', '-D', data, '-w', '-l', join(folder.path, 'log'), '-o', options, 'start');
  return {
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    run: async (program, ...parameters) => void (await run(join(binaries, program), [...parameters])),
    [Symbol.asyncDispose]: async () => {
      await administer('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
      await folder[Symbol.asyncDispose]();
    },
  };
};
