import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/schema/index.ts';

const FILE = new URL('../schema.graphql', import.meta.url);

/** `node scripts/print-schema.ts` writes schema.graphql; with `--check` it fails when the file is not current. */
const printed = `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
if (process.argv.includes('--check')) {
  const current = await readFile(FILE, 'utf8').catch(() => '');
  if (current !== printed) {
    process.stderr.write('schema.graphql is not current: run `npm run schema` and commit it.\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, printed);
}
