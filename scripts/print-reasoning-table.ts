import { readFile, writeFile } from 'node:fs/promises';
import { printReasoningTable } from './reasoning-table.ts';

const FILE = new URL('../docs/reasoning.md', import.meta.url);

/** `node scripts/print-reasoning-table.ts` writes docs/reasoning.md; with `--check` it fails when the file is not current. */
const printed = await printReasoningTable();
if (process.argv.includes('--check')) {
  const current = await readFile(FILE, 'utf8').catch(() => '');
  if (current !== printed) {
    process.stderr.write('docs/reasoning.md is not current: run `npm run reasoning` and commit it.\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, printed);
}
