import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Checks the types of a folder with packages of its own; where they are not installed there is nothing to check by. */
const [, , folder = ''] = process.argv;
const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

if (existsSync(path(`${folder}/node_modules`))) {
  const { status } = spawnSync(path('node_modules/.bin/tsc'), ['-p', path(folder)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else process.stdout.write(`Skipped: \`npm ci --prefix ${folder}\` installs what these types need.\n`);
