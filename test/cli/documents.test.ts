import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runDocumentsCommand } from '../../cli/documents/run.ts';
import { startApp } from '../support/app/app.ts';
import { post } from '../support/app/clients.ts';
import { sha256 } from '../support/app/documents-file.ts';
import { createPoliteProvider } from '../support/app/toy-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = async (...words: readonly string[]) => {
  let output = '';
  let errors = '';
  const stdout = new Writable({ write: (piece: Buffer, _, done) => done(((output += String(piece)), null)) });
  const stderr = new Writable({ write: (piece: Buffer, _, done) => done(((errors += String(piece)), null)) });
  const code = await runDocumentsCommand(words, {
    output: stdout,
    errors: stderr,
    commandName: 'npm run documents --',
  });
  return { code, output, errors };
};

const PROGRAM = `
import { graphql } from './generated';
const answer = gql\`fragment Answer on Generation { text ...Cost }\`;
const cost = gql\`
  fragment Cost on Generation { cost { total } }
\`;
export const ASK = graphql(/* GraphQL */ \`
  mutation Ask($prompt: String!) { generate(input: {model: "toy", prompt: $prompt}) { ...Answer } }
  \${answer}
\`);
const LIST = /* GraphQL */ \`query Names { models { nodes { name } } }\`;
const other = \`not graphql\`;
`;

const readJson = async (path: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;

test('documents are extracted from programs and files, checked, and executed by the ids that a client is given', async () => {
  await using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await writeFile(at('page.tsx'), PROGRAM);
  await writeFile(
    at('stream.graphql'),
    'subscription Stream { generate(input: {model: "toy", prompt: "Hi"}) { __typename } }',
  );
  const extracted = await run(
    'extract',
    at('*.{tsx,graphql}'),
    '--out',
    at('out.json'),
    '--ids',
    at('ids.json'),
  );
  expect(extracted).toEqual({ code: 0, output: `${at('out.json')}: 3 documents\n`, errors: '' });
  const documents = await readJson(at('out.json'));
  const ids = await readJson(at('ids.json'));
  expect(Object.keys(ids)).toEqual(['Ask', 'Names', 'Stream']);
  for (const [id, text] of Object.entries(documents)) expect(sha256(text)).toBe(id);
  expect(documents[ids['Ask'] ?? '']).toMatch(/fragment Answer[^]+fragment Cost/);

  expect(await run('check', at('out.json'))).toEqual({
    code: 0,
    output: 'Ask: generate.input.prompt is left to the client, as $prompt\n3 documents fit the schema\n',
    errors: '',
  });

  await using app = await startApp({ trustedDocuments: [at('out.json')] }, createPoliteProvider().overrides);
  const answer = await post(app, { documentId: ids['Ask'], variables: { prompt: 'Hello' } });
  expect(await answer.json()).toMatchObject({ data: { generate: { text: 'Hi' } } });
});

test('documents of an earlier run are kept where that is wanted', async () => {
  await using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await writeFile(at('a.gql'), 'query A { __typename }');
  await run('extract', at('a.gql'), '--out', at('out.json'));
  await writeFile(at('a.gql'), 'query A { again: __typename }');
  await run('extract', at('a.gql'), '--out', at('out.json'), '--keep');
  expect(Object.keys(await readJson(at('out.json')))).toHaveLength(2);
  await run('extract', at('a.gql'), '--out', at('out.json'));
  expect(Object.keys(await readJson(at('out.json')))).toHaveLength(1);
});

test('nothing is written where a source has a problem, and each is named with its file', async () => {
  await using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await writeFile(at('a.graphql'), 'query A { __typename } { __typename } query B { ...Missing }');
  await writeFile(at('b.graphql'), 'query A { other: __typename }');
  await writeFile(at('c.ts'), 'gql`query C { ${compute(1)} }`');
  const { code, errors } = await run('extract', at('*'), '--out', at('out.json'));
  expect(code).toBe(1);
  expect(errors.split('\n').map((line) => line.replace(folder.path, ''))).toEqual([
    '/a.graphql: an operation has no name',
    '/b.graphql: another operation has the name A as well',
    expect.stringContaining('/c.ts: Syntax Error'),
    'the fragment Missing is in none of the sources',
    '',
  ]);
  expect(await run('check', at('out.json'))).toMatchObject({
    code: 1,
    errors: expect.stringContaining('ENOENT') as string,
  });
  expect(await run('extract', at('*.none'))).toMatchObject({
    code: 1,
    errors: expect.stringContaining('no operation') as string,
  });
});

test('a document that does not fit the schema or the limits is named by its id', async () => {
  await using folder = temporaryFolder();
  const file = join(folder.path, 'documents.json');
  const aliases = Array.from({ length: 40 }, (_, index) => `a${index}: __typename`).join(' ');
  await writeFile(
    file,
    JSON.stringify({
      one: '{ nowhere }',
      two: `{ ${aliases} }`,
      three:
        'mutation ($input: GenerateInput!) { ...F } fragment F on Mutation { generate(input: $input) { id } }',
    }),
  );
  const { code, output, errors } = await run('check', file);
  expect(code).toBe(1);
  expect(output).toBe('F: generate.input is left to the client, as $input\n');
  expect(errors.split('\n')).toEqual([
    'one: Cannot query field "nowhere" on type "Query".',
    expect.stringContaining('two: '),
    '',
  ]);
});

test('an invalid command line is answered by the usage', async () => {
  for (const words of [
    [],
    ['extract'],
    ['check'],
    ['other', 'file'],
    ['check', 'file', '--keep'],
    ['check', '--wrong'],
  ])
    expect(await run(...words)).toMatchObject({
      code: 2,
      errors: expect.stringContaining('usage:') as string,
    });
});
