import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema, isAbstractType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { clientPreset, possibleTypes, scalars } from '../../client/src/codegen/index.ts';
import { startApp } from '../support/app/app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocksOf } from './browser/recipes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WRITTEN = 'http://localhost:4000/graphql';

const run = promisify(execFile);

/** GraphQL Code Generator has a folder and a lock of its own. */
const CODEGEN = join(ROOT, 'scripts/codegen');
const hasCodegen = existsSync(join(CODEGEN, 'node_modules/@graphql-codegen/cli'));
if (!hasCodegen)
  process.stderr.write(
    'GraphQL Code Generator is not installed (npm ci --prefix scripts/codegen): the test of its configuration is skipped.\n',
  );

describe('docs/clients.md', () => {
  test('its query and its stream run in a shell', async () => {
    await using app = await startApp();
    const [query = '', stream = ''] = blocksOf('fetch-and-curl', 'sh');
    const asked = await run('bash', ['-c', query.replace(WRITTEN, app.url)]);
    expect(JSON.parse(asked.stdout).data.models.nodes).toContainEqual({ name: 'demo-reasoning' });
    const { stdout } = await run('bash', ['-c', stream.replace(WRITTEN, app.url)]);
    expect(stdout).toContain('"__typename":"GenerationStarted"');
    expect(stdout).toContain('"__typename":"GenerationCompleted"');
    expect(stdout.trimEnd()).toMatch(/event: complete(\ndata:.*)?$/);
  });

  test('its mutation by fetch gives the whole answer, and the same one for the same key', async () => {
    await using app = await startApp();
    const [code = ''] = blocksOf('fetch-and-curl', 'ts');
    const program = stripTypeScriptTypes(code.replace(WRITTEN, app.url));
    const { generate } = (await import(`data:text/javascript,${encodeURIComponent(program)}`)) as {
      generate: (input: object, key?: string) => Promise<string>;
    };
    const input = { model: 'demo', prompt: 'Say hello' };
    const text = await generate(input, 'once');
    expect(text).not.toBe('');
    expect(await generate(input, 'once')).toBe(text);
    await expect(generate({ ...input, model: 'dimo' })).rejects.toThrow('dimo');
  });

  test.skipIf(!hasCodegen)('its configuration makes typed documents without an unknown scalar', async () => {
    await using folder = temporaryFolder();
    const [code = ''] = blocksOf('types-of-your-own-documents', 'ts');
    const config = code
      .replace("'schema.graphql'", JSON.stringify(join(ROOT, 'schema.graphql')))
      .replace("'modelgraph-client/codegen'", JSON.stringify(join(ROOT, 'client/src/codegen/index.ts')))
      .replace('src/**/*.ts', join(folder.path, 'src/**/*.ts'))
      .replace("'src/gql/'", JSON.stringify(join(folder.path, 'src/gql/')));
    await mkdir(join(folder.path, 'src'));
    await writeFile(join(folder.path, 'codegen.ts'), `${config}\nexport default config;\n`);
    await writeFile(
      join(folder.path, 'src/last.ts'),
      'const LAST = /* GraphQL */ `query Last { generations(first: 1) { nodes { id createdAt output } } }`;\n',
    );
    const cli = join(CODEGEN, 'node_modules/.bin/graphql-codegen');
    const configured = ['--config', join(folder.path, 'codegen.ts'), '--silent'];
    await run(process.execPath, [cli, ...configured], { cwd: CODEGEN });
    const types = await readFile(join(folder.path, 'src/gql/graphql.ts'), 'utf8');
    expect(types).toMatch(/export type LastQuery = .*createdAt: string, output: unknown/s);
  });
});

test('the possible types and the scalars of the package are those of the schema', async () => {
  const schema = buildSchema(await readFile(join(ROOT, 'schema.graphql'), 'utf8'));
  const types = Object.values(schema.getTypeMap());
  const abstract = types.filter((type) => isAbstractType(type) && !type.name.startsWith('__'));
  const expected = abstract.map((type) => [
    type.name,
    schema
      .getPossibleTypes(type as Parameters<typeof schema.getPossibleTypes>[0])
      .map(({ name }) => name)
      .toSorted(),
  ]);
  expect(possibleTypes).toEqual(Object.fromEntries(expected));
  const own = types.filter(({ astNode }) => astNode?.kind === 'ScalarTypeDefinition');
  expect(Object.keys(scalars).toSorted()).toEqual(own.map(({ name }) => name).toSorted());
  expect(clientPreset.config.scalars).toBe(scalars);
});
