import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkImports } from '../../scripts/check-imports.ts';

const OXLINT = fileURLToPath(new URL('../../node_modules/.bin/oxlint', import.meta.url));
const OXLINT_RULES = fileURLToPath(new URL('../../.oxlintrc.json', import.meta.url));

const FOLDERS = ['src', 'config', 'cli', 'client', 'scripts', 'bench', 'test', 'examples'];
type Tree = Readonly<Record<string, string>>;

const packageFiles = (name: string): Tree => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'module.exports = {};',
});

const manifest: Tree = {
  'package.json': JSON.stringify({
    dependencies: { openai: '1.0.0', graphql: '1.0.0' },
    devDependencies: { vitest: '1.0.0' },
  }),
};
for (const name of ['openai', 'graphql', 'vitest']) Object.assign(manifest, packageFiles(name));

/** The rules that a tree of sources breaks; every module of it is imported by main, so that none is an orphan. */
const rulesBrokenBy = async (tree: Tree): Promise<readonly string[]> => {
  const root = await mkdtemp(join(tmpdir(), 'import-rules-'));
  try {
    for (const [path, content] of Object.entries({ ...manifest, ...tree })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
    const { violations } = await checkImports(root, FOLDERS);
    return [...new Set(violations.map(({ rule }) => rule.name))];
  } finally {
    await rm(root, { recursive: true });
  }
};

const leaf = 'export const value = 1;\nexport type Value = typeof value;\n';

/** A file that imports a type from another one. */
const uses = (file: string, from: string, target: string): Tree => ({
  [file]: `import type { Value } from '${from}';`,
  [target]: leaf,
});

const CASES: readonly (readonly [rule: string, description: string, tree: Tree])[] = [
  [
    'R1-lib-is-a-leaf',
    'lib imports a type of core',
    { 'src/lib/a.ts': "import type { Value } from '../core/b.ts';", 'src/core/b.ts': leaf },
  ],
  [
    'R2-core',
    'core imports a type of services',
    { 'src/core/a.ts': "import type { Value } from '../services/b.ts';", 'src/services/b.ts': leaf },
  ],
  [
    'R3-config',
    'config imports lib',
    { 'config/a.ts': "import { value } from '../src/lib/b.ts';\nvalue;", 'src/lib/b.ts': leaf },
  ],
  [
    'R4-stores',
    'a store imports a type of services',
    { 'src/stores/a.ts': "import type { Value } from '../services/b.ts';", 'src/services/b.ts': leaf },
  ],
  [
    'R5-providers',
    'a provider imports config',
    {
      'src/providers/text/x/a.ts': "import { value } from '../../../../config/b.ts';\nvalue;",
      'config/b.ts': leaf,
    },
  ],
  [
    'R6-no-sibling-provider',
    'a provider imports a type of its sibling',
    uses('src/providers/text/x/a.ts', '../y/b.ts', 'src/providers/text/y/b.ts'),
  ],
  [
    'R6-shared-parts-know-no-provider',
    'a shared part imports a provider',
    {
      'src/providers/shared/call/a.ts': "export * from '../../text/y/b.ts';",
      'src/providers/text/y/b.ts': leaf,
    },
  ],
  [
    'R7-provider-knows-no-registry',
    'a provider imports the registry',
    uses('src/providers/text/x/a.ts', '../../../registry/b.ts', 'src/registry/b.ts'),
  ],
  [
    'R7-registration-loads-no-provider',
    'registration imports a provider instead of its descriptor',
    {
      'src/providers/index.ts': "export { value } from './text/x/provider.ts';",
      'src/providers/text/x/provider.ts': leaf,
    },
  ],
  [
    'R8-services',
    'a service imports the schema',
    { 'src/services/a.ts': "import type { Value } from '../schema/b.ts';", 'src/schema/b.ts': leaf },
  ],
  [
    'R8-services-see-store-ports-only',
    'a service imports a store itself',
    { 'src/services/a.ts': "import { value } from '../stores/b.ts';\nvalue;", 'src/stores/b.ts': leaf },
  ],
  [
    'R9-schema',
    'the schema imports a type of the stores',
    { 'src/schema/a.ts': "import type { Value } from '../stores/b.ts';", 'src/stores/b.ts': leaf },
  ],
  [
    'R9-schema-sees-types-of-services-only',
    'the schema imports a value of services',
    {
      'src/schema/a.ts': "import { type Value, value } from '../services/b.ts';\nvalue;",
      'src/services/b.ts': leaf,
    },
  ],
  [
    'R10-server',
    'the server imports a provider',
    {
      'src/server/a.ts': "export type * from '../providers/shared/call/b.ts';",
      'src/providers/shared/call/b.ts': leaf,
    },
  ],
  [
    'R11-sdks-under-providers-only',
    'a service imports a type of an SDK',
    { 'src/services/a.ts': "import type OpenAI from 'openai';" },
  ],
  [
    'R12-graphql-under-schema-and-server-only',
    'a service imports graphql on first use',
    { 'src/services/a.ts': "export const load = async () => import('graphql');" },
  ],
  [
    'R13-no-cycles',
    'two modules import a type of each other',
    {
      'src/core/a.ts': "import type { B } from './b.ts';\nexport type A = B | null;",
      'src/core/b.ts': "import type { A } from './a.ts';\nexport type B = A | 1;",
    },
  ],
  ['R13-no-orphans', 'a module stands alone', { 'src/core/a.ts': leaf }],
  [
    'R13-no-dead-module',
    'nothing that the server loads imports a module',
    {
      'src/main.ts': "import './core/c.ts';",
      'src/core/c.ts': leaf,
      'src/core/a.ts': "import { value } from './b.ts';\nvalue;",
      'src/core/b.ts': leaf,
    },
  ],
  [
    'R14-environment-in-one-place',
    'a service imports the environment',
    { 'src/services/a.ts': "import { env } from 'node:process';\nenv;" },
  ],
  [
    'S1-judging-knows-no-work',
    'a price knows a type of generations',
    uses('src/services/pricing/a.ts', '../generations/b.ts', 'src/services/generations/b.ts'),
  ],
  [
    'S2-generations-know-no-batches',
    'a generation knows a type of batches',
    uses('src/services/generations/run/a.ts', '../../batches/b.ts', 'src/services/batches/b.ts'),
  ],
  [
    'S3-generations-events',
    'the event log knows the run',
    uses('src/services/generations/events/a.ts', '../run/b.ts', 'src/services/generations/run/b.ts'),
  ],
  [
    'S3-generations-run',
    'the run knows other nodes',
    uses('src/services/generations/run/a.ts', '../nodes/b.ts', 'src/services/generations/nodes/b.ts'),
  ],
  [
    'S3-generations-nodes',
    'what other nodes need knows the door',
    uses('src/services/generations/nodes/a.ts', '../b.ts', 'src/services/generations/b.ts'),
  ],
  [
    'S4-store-domains-apart',
    'the store of batches knows a type of the store of generations',
    uses('src/stores/batches/a.ts', '../generations/b.ts', 'src/stores/generations/b.ts'),
  ],
  [
    'S4-store-ground',
    'the port knows a type of a domain',
    uses('src/stores/db/a.ts', '../batches/b.ts', 'src/stores/batches/b.ts'),
  ],
  [
    'S5-schema-catalogue',
    'a model knows a generation',
    {
      'src/schema/catalogue/a.ts': "import { value } from '../generations/b.ts';\nvalue;",
      'src/schema/generations/b.ts': leaf,
    },
  ],
  [
    'S5-schema-generations',
    'a generation knows a batch',
    {
      'src/schema/generations/a.ts': "import { value } from '../batches/b.ts';\nvalue;",
      'src/schema/batches/b.ts': leaf,
    },
  ],
  [
    'S6-plugin-knows-no-other-plugin',
    'a plugin imports another one',
    {
      'src/server/plugins/use-a.ts': "import { value } from './use-b.ts';\nvalue;",
      'src/server/plugins/use-b.ts': leaf,
    },
  ],
  [
    'S7-request-comes-first',
    'a request knows a response of its vendor',
    uses('src/providers/text/x/request/a.ts', '../response/b.ts', 'src/providers/text/x/response/b.ts'),
  ],
  [
    'S7-response-knows-no-batch',
    'a response knows a batch of its vendor',
    uses('src/providers/text/x/response/a.ts', '../batch/b.ts', 'src/providers/text/x/batch/b.ts'),
  ],
  [
    'S7-openai-compatible-for-those-that-speak-it',
    'Anthropic takes a part from openai-compatible',
    uses(
      'src/providers/text/anthropic/a.ts',
      '../openai-compatible/b.ts',
      'src/providers/text/openai-compatible/b.ts',
    ),
  ],
  [
    'S8-telemetry',
    'metrics know a service',
    { 'src/telemetry/a.ts': "import type { Value } from '../services/b.ts';", 'src/services/b.ts': leaf },
  ],
  [
    'S9-tests-stand-alone',
    'a test imports a benchmark',
    { 'test/core/a.ts': "import { value } from '../../bench/b.ts';\nvalue;", 'bench/b.ts': leaf },
  ],
  [
    'S11-workers',
    'the primary imports a service',
    { 'src/workers/a.ts': "import type { Value } from '../services/b.ts';", 'src/services/b.ts': leaf },
  ],
  [
    'S10-client-stands-alone',
    'the client imports a type of the server',
    { 'client/a.ts': "import type { Value } from '../src/core/b.ts';", 'src/core/b.ts': leaf },
  ],
  [
    'S10-client-core-knows-no-framework',
    'the core of the client imports the room of a framework, and graphql',
    {
      'client/src/a.ts': "import type { Value } from './react/b.ts';",
      'client/src/react/b.ts': leaf,
      'client/src/transport/a.ts': "import { parse } from 'graphql';\nparse;",
    },
  ],
  [
    'S10-client-rooms-apart',
    'a room of the client imports another one',
    { 'client/src/apollo/a.ts': "import type { Value } from '../urql/b.ts';", 'client/src/urql/b.ts': leaf },
  ],
  [
    'flow-product-knows-no-workshop',
    'a command imports a test double',
    { 'cli/a.ts': "import { value } from '../test/b.ts';\nvalue;", 'test/b.ts': leaf },
  ],
  [
    'flow-registry',
    'the registry imports config',
    { 'src/registry/a.ts': "import { value } from '../../config/b.ts';\nvalue;", 'config/b.ts': leaf },
  ],
  [
    'flow-nothing-imports-the-root',
    'main is imported by the root',
    { 'src/app.ts': "import type { Value } from './main.ts';", 'src/main.ts': leaf },
  ],
  [
    'flow-browser-program-stands-alone',
    "the playground's program imports lib",
    {
      'src/server/playground/browser/a.ts': "import { value } from '../../../lib/b.ts';\nvalue;",
      'src/lib/b.ts': leaf,
    },
  ],
  [
    'flow-production-dependencies',
    'a service imports a package of development',
    { 'src/services/a.ts': "import { test } from 'vitest';\ntest;" },
  ],
];

test.each(CASES)('%s is broken, alone, when %s', async (rule, _description, tree) => {
  expect(await rulesBrokenBy(tree)).toEqual([rule]);
});

test('every rule is seen to be broken, and says what to do instead', async () => {
  const { advice } = await checkImports(tmpdir(), []);
  expect(CASES.map(([rule]) => rule).toSorted()).toEqual([...advice.keys()].toSorted());
  for (const [rule, comment] of advice) expect(comment, rule).toMatch(/^.{40,}\.$/);
});

test('what the rules allow breaks none of them', async () => {
  const tree = {
    'src/main.ts': "import { value } from './app.ts';\nvalue;",
    'src/app.ts':
      "import './providers/index.ts';\nimport './server/http.ts';\nexport { value } from './lib/leaf.ts';",
    'src/lib/leaf.ts': leaf,
    'src/providers/index.ts':
      "export { load } from './text/x/descriptor.ts';\nimport type { Value } from '../registry/r.ts';",
    'src/registry/r.ts': "import '../core/c.ts';\nexport type Value = 1;",
    'src/core/c.ts': leaf,
    'src/providers/text/x/descriptor.ts': "export const load = async () => import('./provider.ts');",
    'src/providers/text/x/provider.ts': "import 'openai';\nimport '../../shared/call/u.ts';",
    'src/providers/shared/call/u.ts': leaf,
    'src/server/http.ts': "import 'graphql';\nimport '../schema/s.ts';\nimport '../services/v.ts';",
    'src/schema/s.ts': "import type { V } from '../services/v.ts';",
    'test/bench/b.test.ts': "import '../../bench/m.ts';\nimport '../../src/app.ts';",
    'bench/m.ts': leaf,
    'src/services/v.ts': "import type { D } from '../stores/d.ts';\nexport type V = D;",
    'src/stores/d.ts': 'export type D = 1;',
  };
  expect(await rulesBrokenBy(tree)).toEqual([]);
});

test('an import is seen through every form of TypeScript that the sources may use', async () => {
  const source = [
    'export class Reader<T extends string> implements AsyncIterable<T> {',
    '  readonly #items: T[] = [];',
    '  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {',
    '    using lock = { [Symbol.dispose]() {} };',
    "    await using file = { async [Symbol.asyncDispose]() { await import('../services/b.ts'); } };",
    '    for await (const item of this.#items) yield item satisfies T;',
    '  }',
    '}',
  ].join('\n');
  const tree = { 'src/core/a.ts': source, 'src/services/b.ts': leaf };
  expect(await rulesBrokenBy(tree)).toEqual(['R2-core']);
});

test('lint refuses every way to read the environment outside config/env.ts', async () => {
  const ways = [
    "export const a = process.env['HOME'];",
    'export const { env } = process;',
    'export const b = globalThis.process;',
  ];
  const root = await mkdtemp(join(tmpdir(), 'environment-'));
  try {
    const path = join(root, 'reader.ts');
    await writeFile(path, ways.join('\n'));
    const lint = spawnSync(OXLINT, ['--config', OXLINT_RULES, '--format', 'json', path], {
      encoding: 'utf8',
    });
    const { diagnostics } = JSON.parse(lint.stdout) as { diagnostics: { code: string; help: string }[] };
    expect(diagnostics.map(({ code }) => code)).toEqual(ways.map(() => 'eslint(no-restricted-properties)'));
    expect(diagnostics[0]?.help).toContain('Only config/env.ts reads the environment');
    expect(lint.status).toBe(1);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('the source of the client imports nothing of its tests', async () => {
  const broken = await rulesBrokenBy({
    'client/src/a.ts': "import { value } from '../test/pages/b.ts';\nvalue;",
    'client/test/pages/b.ts': 'export type Value = string;\nexport const value = 1;',
  });
  expect(broken).toContain('flow-product-knows-no-workshop');
});
