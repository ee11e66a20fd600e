import { readFile, writeFile } from 'node:fs/promises';
import { DOCUMENT_TABLES, withTable } from './document-tables.ts';

/** `node scripts/print-tables.ts` writes the tables of the documents; with `--check` it fails when one is not current. */
for (const table of DOCUMENT_TABLES) {
  const file = new URL(`../${table.path}`, import.meta.url);
  const current = await readFile(file, 'utf8');
  const printed = withTable(current, table);
  if (!process.argv.includes('--check')) await writeFile(file, printed);
  else if (current !== printed) {
    process.stderr.write(
      `The table of ${table.path} is not current: run \`npm run tables\` and commit it.\n`,
    );
    process.exitCode = 1;
  }
}
