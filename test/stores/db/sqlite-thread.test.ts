import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
