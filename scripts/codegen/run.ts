import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const isInstalled = (): boolean => existsSync(new URL('node_modules/@graphql-codegen/cli', import.meta.url));

const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { cwd: FOLDER, stdio: 'inherit' }).status === 0;

/**
 * `node scripts/codegen/run.ts` writes the typed documents, and installs the packages for that first; with `--check` it
 * installs nothing, and fails when the documents are not current.
 */
const writeOrCheck = (): boolean => {
  const check = process.argv.includes('--check');
  if (check && !isInstalled()) {
    process.stdout.write(
      'Skipped: the packages that write these documents are not installed. `npm run codegen` installs them.\n',
    );
    return true;
  }
  if (!isInstalled() && !run('npm', 'ci', '--no-audit', '--no-fund')) return false;
  const codegen = fileURLToPath(new URL('node_modules/.bin/graphql-codegen', import.meta.url));
  return (
    run(process.execPath, codegen, '--config', 'codegen.ts', ...(check ? ['--check', '--silent'] : [])) &&
    run(fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url)), '-p', '.')
  );
};

process.exitCode = writeOrCheck() ? 0 : 1;
