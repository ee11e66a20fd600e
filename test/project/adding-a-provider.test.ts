import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { copyProject, type ProjectCopy } from './project-copy.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const exists = (path: string): boolean => existsSync(new URL(path, ROOT));

const section =
  read('CONTRIBUTING.md')
    .split(/^## /m)
    .find((text) => text.startsWith('Adding a provider\n')) ?? '';

describe('the guide to adding a provider', () => {
  it('names its models, its folder, the two registrations and what tests know of it, in this order', () => {
    const places = [
      'config/providers/<name>/models.ts',
      'config/providers/index.ts',
      'src/providers/text/<name>/',
      'src/providers/index.ts',
      'test/providers/text/<name>/knowledge.ts',
    ].map((place) => section.indexOf(`\`${place}\``));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('names only files that there are', () => {
    const paths = [...section.matchAll(/`([\w<>./-]+\.ts|[\w<>./-]+\/)`/g)].map(([, path]) => path ?? '');
    const homes = [
      '',
      'src/providers/text/',
      'src/providers/text/anthropic/',
      'src/providers/text/anthropic/response/',
    ];
    const missing = paths
      .filter((path) => !path.includes('<format>'))
      .map((path) => path.replace('<name>', 'openai'))
      .filter((path) => !homes.some((home) => exists(home + path)));
    expect(paths.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  it('is how every provider was added: models, a folder, one line in each registration', () => {
    for (const name of Object.keys(MODEL_CONFIGS)) {
      expect([name, exists(`config/providers/${name}/models.ts`)]).toEqual([name, true]);
      const files = readdirSync(new URL(`src/providers/text/${name}/`, ROOT));
      expect([name, files]).toEqual([name, expect.arrayContaining(['descriptor.ts', 'provider.ts'])]);
      for (const registration of ['config/providers/index.ts', 'src/providers/index.ts']) {
        const lines = read(registration).match(new RegExp(`^  ${name}: `, 'gm'));
        expect([name, registration, lines?.length]).toEqual([name, registration, 1]);
      }
    }
  });
});

/** What is registered by a line in a list, and the import of what stands in it. */
const register = (copy: ProjectCopy, path: string, statement: string, line: string): Promise<void> =>
  copy.edit(path, (text) =>
    text.replace(/^import/m, `${statement}\nimport`).replace(/^(?=\} as const satisfies)/m, `  ${line},\n`),
  );

/** Steps 1 to 3: the files, and a line in each registration. */
const addProvider = async (copy: ProjectCopy, name: string): Promise<void> => {
  const constant = `${name.toUpperCase()}_MODELS`;
  await copy.add(new URL(`fixtures/${name}/`, import.meta.url));
  await register(
    copy,
    'config/providers/index.ts',
    `import { ${constant} } from './${name}/models.ts';`,
    `${name}: ${constant}`,
  );
  await register(
    copy,
    'src/providers/index.ts',
    `import { ${name}Descriptor } from './text/${name}/descriptor.ts';`,
    `${name}: ${name}Descriptor`,
  );
};

const SPEECH_FIELDS = `  owl_speech: {
    media: [],
    temperature: false,
    sampling: [],
    verbosity: false,
    jsonMode: true,
    builtInTools: [],
    reasoning: ['toggle'],
    efforts: [],
  },
`;

/** An API that the catalogue has no word for yet. */
const addApi = async (copy: ProjectCopy): Promise<void> => {
  await copy.edit('src/core/model-config.ts', (text) =>
    text.replace(/^(?=  'local',)/m, "  'owl_speech',\n"),
  );
  await copy.edit('src/core/api-fields.ts', (text) => text.replace(/^(?= {2}local: \{)/m, SPEECH_FIELDS));
  await copy.edit('src/schema/enums.ts', (text) =>
    text.replace(/^(?= {2}local: ')/m, '  owl_speech: "Owl\'s Speech.",\n'),
  );
};

const KNOWLEDGE = 'test/providers/text/parrot/knowledge.ts';
const LIMIT_MS = 300_000;

describe('the guide, followed in a copy of the project for a vendor of an OpenAI API and for one of an API of its own', () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = await copyProject();
    for (const name of ['parrot', 'owl']) await addProvider(copy, name);
    await addApi(copy);
  }, LIMIT_MS);
  afterAll(() => copy?.[Symbol.asyncDispose](), LIMIT_MS);

  const expectSuccess = async (program: string, ...args: readonly string[]): Promise<void> => {
    const { status, output } = await copy.run(program, ...args);
    expect([status, status === 0 ? '' : output]).toEqual([0, '']);
  };

  it(
    'fails at once where tests know nothing of a provider, and says what to write',
    async () => {
      const knowledge = await copy.read(KNOWLEDGE);
      await copy.remove(KNOWLEDGE);
      const { status, output } = await copy.run('vitest', 'run', 'test/contract/time-limits.test.ts');
      await copy.write(KNOWLEDGE, knowledge);
      expect(status).toBe(1);
      expect(output).toContain(
        `The provider "parrot" is registered, and tests know nothing of it: write ${KNOWLEDGE}`,
      );
    },
    LIMIT_MS,
  );

  it('compiles', () => expectSuccess('tsc', '-p', '.'), LIMIT_MS);

  it('is formatted', () => expectSuccess('biome', 'format', '.'), LIMIT_MS);

  it('keeps the import rules', () => expectSuccess('node', 'scripts/check-imports.ts'), LIMIT_MS);

  it(
    'has its documents written from the catalogue, the descriptors and what tests know',
    async () => {
      await expectSuccess('node', 'scripts/print-schema.ts');
      await expectSuccess('node', 'scripts/print-tables.ts');
      await expectSuccess('node', 'scripts/print-reasoning-table.ts');
      expect(await copy.read('schema.graphql')).toContain('OWL_SPEECH');
      expect(await copy.read('docs/providers.md')).toContain(
        '| [Parrot](https://parrot.example/docs) | `parrot` | `PARROT_API_KEY` |',
      );
      expect(await copy.read('docs/reasoning.md')).toMatch(/^\| parrot-1 \|.*`reasoning_effort: high`/m);
      expect(await copy.read('docs/reasoning.md')).toMatch(/^\| owl-1 \|.*`ponder: true`/m);
    },
    LIMIT_MS,
  );

  it(
    'keeps to the contract, sends the fields it may send, and fails as the others do',
    async () => {
      const files = [
        'test/contract',
        'test/faults',
        'test/project/readme.test.ts',
        'test/config/catalogue.test.ts',
      ];
      const names = 'parrot|owl|fault|vendor fails|README|tables|catalogue|variable';
      const report = ['--reporter=json', '--outputFile=report.json', '--maxWorkers=1'];
      const { output } = await copy.run('vitest', 'run', ...files, '-t', names, ...report);
      const { success, numPassedTests, testResults } = JSON.parse(await copy.read('report.json')) as Report;
      const failures = testResults
        .flatMap(({ assertionResults }) => assertionResults)
        .flatMap(({ fullName, failureMessages }) =>
          failureMessages.map((message) => `${fullName}: ${message}`),
        );
      expect(failures).toEqual([]);
      expect([success, success ? '' : output]).toEqual([true, '']);
      expect(numPassedTests).toBeGreaterThan(200);
    },
    LIMIT_MS,
  );
});

/** As much as is read of what vitest reports as JSON. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}
