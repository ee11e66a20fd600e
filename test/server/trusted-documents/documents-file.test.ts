import { expect, test } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../../support/app/app.ts';
import { post } from '../../support/app/clients.ts';
import { startServerProcess } from '../../support/app/server-process.ts';
import { byHash, createDocumentsFile, sha256 } from '../../support/app/documents-file.ts';

const ONE = 'query One { __typename }';
const TWO = 'query Two { __typename }';

const start = (...files: readonly { readonly path: string }[]): Promise<TestApp> =>
  startApp({ trustedDocuments: files.map(({ path }) => path) }, { documentsIntervalMs: 5 });

const ask = async (app: TestApp, documentId: string): Promise<unknown> => {
  const { data, errors } = (await (await post(app, { documentId })).json()) as GraphqlResponse;
  return data ?? errors?.[0]?.extensions?.['code'];
};

const isTaken = ({ message }: { readonly message: string }): boolean => message.includes('are in force');

test("the manifest of Apollo's tools is a file of documents, and several files are one list", async () => {
  await using manifest = await createDocumentsFile({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: 'one', body: ONE, name: 'One', type: 'query' }],
  });
  await using prefixed = await createDocumentsFile({ [`sha256:${sha256(TWO)}`]: TWO });
  await using app = await start(manifest, prefixed);
  expect(await ask(app, 'one')).toEqual({ __typename: 'Query' });
  expect(await ask(app, sha256(TWO).toUpperCase())).toEqual({ __typename: 'Query' });
});

test('a server does not start with documents that cannot be served, and names every problem', async () => {
  await using first = await createDocumentsFile({
    ...byHash(ONE),
    [sha256(TWO)]: `${TWO} # changed`,
    short: '{ __typename',
    fragment: 'fragment F on Query { __typename }',
    number: 1,
    '': ONE,
    same: ONE,
  });
  await using second = await createDocumentsFile({ same: TWO });
  await using third = await createDocumentsFile('[]');
  await using fourth = await createDocumentsFile('{');
  const files = [first, second, third, fourth, { path: '/nowhere/documents.json' }];
  const refused = await start(...files).catch((error: unknown) => error);
  const lines = String(refused).split('\n- ').slice(1);
  expect(lines.map((line) => line.replace(/^\S*documents\.json: /, '').slice(0, 110))).toEqual([
    expect.stringContaining('its id is not the SHA-256 of'),
    'short: cannot be parsed: Syntax Error: Expected Name, found <EOF>.',
    'fragment: holds no operation',
    'number: its text is no text',
    ': its id has no character, or more than 200',
    'same: another file has another text for this id',
    'must be a JSON object from ids to the texts of documents',
    expect.stringContaining('cannot be read: Expected property name'),
    expect.stringContaining('cannot be read: ENOENT'),
  ]);
});

test('a server does not start with a list without a document', async () => {
  await using file = await createDocumentsFile({});
  await expect(start(file)).rejects.toThrow(/no document in it/);
});

test('a changed file is read again; one with problems leaves the documents before in force', async () => {
  await using file = await createDocumentsFile(byHash(ONE));
  await using app = await start(file);
  expect(await ask(app, sha256(TWO))).toBe('NOT_FOUND');
  await file.write({ bad: 1, ...byHash(TWO) });
  const refused = await app.logged(({ level }) => level === 'error');
  expect(refused.fields['problems']).toEqual([expect.stringContaining('bad: its text is no text')]);
  expect(await ask(app, sha256(ONE))).toEqual({ __typename: 'Query' });
  await file.write(byHash(TWO));
  await app.logged((line) => isTaken(line) && line !== app.logLines.find(isTaken));
  expect(await ask(app, sha256(TWO))).toEqual({ __typename: 'Query' });
  expect(await ask(app, sha256(ONE))).toBe('NOT_FOUND');
});

test('a file that has changed since it was read is read again on SIGHUP', async () => {
  await using file = await createDocumentsFile(byHash(ONE));
  await using server = await startServerProcess({
    MODELGRAPH_TRUSTED_DOCUMENTS: file.path,
    MODELGRAPH_DATA: 'memory',
  });
  const asked = async (documentId: string): Promise<unknown> =>
    (await (await post(server, { documentId })).json()) as GraphqlResponse;
  expect(await asked(sha256(ONE))).toMatchObject({ data: { __typename: 'Query' } });
  await file.write(byHash(ONE, TWO));
  server.child.kill('SIGHUP');
  await server.printed('"documents":2');
  expect(await asked(sha256(TWO))).toMatchObject({ data: { __typename: 'Query' } });
});
