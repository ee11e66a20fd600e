import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

const tool = (name: string): string =>
  fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const STEPS: readonly (readonly [title: string, command: string, ...arguments_: string[]])[] = [
  ['format', tool('biome'), 'format', '.'],
  ['lint', tool('oxlint')],
  ['types', tool('tsc'), '-p', '.'],
  ['types of the playground', tool('tsc'), '-p', 'src/server/playground/browser'],
  ["types of the playground's tests", tool('tsc'), '-p', 'test/server/playground/browser'],
  ['types of the client', tool('tsc'), '-p', 'client'],
  ["types of the client's pages for tests", tool('tsc'), '-p', 'client/test'],
  ['types of the tests of AI SDK UI', tool('tsc'), '-p', 'test/client/ai-sdk'],
  ['types of the chat', tool('tsc'), '-p', 'examples/chat'],
  ['import rules', process.execPath, script('check-imports.ts')],
  ['schema file', process.execPath, script('print-schema.ts'), '--check'],
  ['tables of the documents', process.execPath, script('print-tables.ts'), '--check'],
  ['playground bundle', process.execPath, script('bundle-playground.ts'), '--check'],
  ['reasoning table', process.execPath, script('print-reasoning-table.ts'), '--check'],
  ['generated documents', process.execPath, script('codegen/run.ts'), '--check'],
];

/** Steps that need packages of a folder with a lock file of its own, by the folder. */
const NEEDS: Readonly<Record<string, string>> = {
  'types of the client': 'client',
  "types of the client's pages for tests": 'client',
  'types of the tests of AI SDK UI': 'client',
  'types of the chat': 'examples/chat',
};

const findMissing = (title: string): string | undefined => {
  const folder = NEEDS[title];
  if (folder === undefined || existsSync(new URL(`../${folder}/node_modules`, import.meta.url)))
    return undefined;
  return `npm ci --prefix ${folder}`;
};

/** Runs every step, also after a failed one, and fails if any of them fails. */
const check = (): boolean => {
  const verdicts = STEPS.map(([title, command, ...arguments_]) => {
    process.stdout.write(`\n--- ${title}\n`);
    const missing = findMissing(title);
    if (missing !== undefined)
      return { passed: true, line: `skip ${title}: its packages are not installed (${missing})` };
    const began = performance.now();
    const { status, error } = spawnSync(command, arguments_, { cwd: REPOSITORY, stdio: 'inherit' });
    if (error !== undefined) process.stdout.write(`${error.message}\n`);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    return { passed: status === 0, line: `${status === 0 ? 'ok  ' : 'FAIL'} ${title} (${seconds} s)` };
  });
  process.stdout.write(`\n${verdicts.map(({ line }) => line).join('\n')}\n`);
  return verdicts.every(({ passed }) => passed);
};

if (import.meta.main) process.exitCode = check() ? 0 : 1;
