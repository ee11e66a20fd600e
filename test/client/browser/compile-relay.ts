import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = new URL('../../../', import.meta.url);
const COMPILER = fileURLToPath(new URL('client/node_modules/relay-compiler/cli.js', ROOT));

/** Compiles the documents of a program with relay-compiler, as its user does, into `<folder>/__generated__`. */
export const compileRelay = async (code: string, folder: string): Promise<string> => {
  const generated = join(folder, '__generated__');
  await mkdir(generated, { recursive: true });
  await writeFile(join(folder, 'clients.ts'), code);
  const config = {
    src: '.',
    language: 'typescript',
    schema: 'schema.graphql',
    artifactDirectory: '__generated__',
    eagerEsModules: true,
    customScalarTypes: { Cursor: 'string', JSON: 'unknown' },
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  await promisify(execFile)('cp', [fileURLToPath(new URL('schema.graphql', ROOT)), folder]);
  await promisify(execFile)(process.execPath, [COMPILER, 'relay.config.json'], { cwd: folder });
  return generated;
};

const TAG = /graphql`\s*(?:query|mutation|subscription|fragment) (\w+)[^`]*`/g;

/** The program with its documents taken from what the compiler has made of them, as relay's plugin for Babel does. */
export const linkRelay = (code: string, generated: string): string => {
  const names = [...code.matchAll(TAG)].map(([, name = '']) => name);
  const imports = names.map(
    (name) => `import ${name} from ${JSON.stringify(join(generated, `${name}.graphql.ts`))};`,
  );
  return [...imports, code.replaceAll(TAG, (_tag, name: string) => name)].join('\n');
};
