import { readFile, writeFile } from 'node:fs/promises';
import { withTables } from './readme-tables.ts';

const FILE = new URL('../README.md', import.meta.url);

/** `node scripts/print-readme.ts` writes the tables of README.md; with `--check` it fails when they are not current. */
const current = await readFile(FILE, 'utf8');
const printed = withTables(current);
if (!process.argv.includes('--check')) await writeFile(FILE, printed);
else if (current !== printed) {
  process.stderr.write('The tables of README.md are not current: run `npm run readme` and commit it.\n');
  process.exitCode = 1;
}
