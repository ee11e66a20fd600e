import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../../support/app/app.ts';
import { openRawSocket, post } from '../../support/app/clients.ts';
import { byHash, createDocumentsFile, type DocumentsFile, sha256 } from '../../support/app/documents-file.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';

const ASK = 'mutation Ask { generate(input: {model: "toy", prompt: "As written"}) { text } }';
const STREAM =
  'subscription Stream { generate(input: {model: "toy", prompt: "As written"}) { __typename ... on TextDelta { text } } }';
const NAMES = 'query Names { models { nodes { name } } }';
const MD5 = '0123456789abcdef0123456789abcdef';

const toy = createPoliteProvider();
let file: DocumentsFile;
let only: TestApp;
let also: TestApp;
let without: TestApp;
beforeAll(async () => {
  file = await createDocumentsFile({ ...byHash(ASK, STREAM), [MD5]: NAMES });
  const trustedDocuments = [file.path];
  only = await startApp({ trustedDocuments, trustedDocumentsMode: 'only' }, toy.overrides);
  also = await startApp({ trustedDocuments, trustedDocumentsMode: 'also' }, toy.overrides);
  without = await startApp({}, toy.overrides);
});
afterAll(async () => {
  await Promise.all([only.close(), also.close(), without.close()]);
  await file[Symbol.asyncDispose]();
});

type Body = Readonly<Record<string, unknown>>;

const ask = async (app: TestApp, body: Body): Promise<{ status: number; answer: GraphqlResponse }> => {
  const response = await post(app, body);
  return { status: response.status, answer: (await response.json()) as GraphqlResponse };
};

/** The first message to an operation over a WebSocket that is not an event of it, or is its first result. */
const askOverWebSocket = async (app: TestApp, payload: Body) => {
  await using raw = await openRawSocket(app);
  raw.send({ type: 'subscribe', id: 'one', payload });
  return await raw.received(({ id }) => id === 'one');
};

const hashOf = (text: string): Body => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

/** Each way in which a client can name a document. */
const WAYS: Readonly<Record<string, (text: string) => Body>> = {
  documentId: (text) => ({ documentId: sha256(text) }),
  'documentId with a prefix': (text) => ({ documentId: `sha256:${sha256(text)}` }),
  'extensions.documentId': (text) => ({ extensions: { documentId: sha256(text) } }),
  'extensions.persistedQuery': (text) => ({ extensions: hashOf(text) }),
  'an id and the same text': (text) => ({ documentId: sha256(text), query: text }),
};

test.each(Object.entries(WAYS))('a document named by %s is executed over HTTP', async (_way, name) => {
  for (const app of [only, also]) {
    const { status, answer } = await ask(app, name(ASK));
    expect([status, answer]).toEqual([200, { data: { generate: { text: 'Hi' } } }]);
  }
});

test.each(Object.entries(WAYS))('a document named by %s streams over SSE', async (_way, name) => {
  for (const app of [only, also]) {
    const response = await post(app, name(STREAM), { headers: { accept: 'text/event-stream' } });
    expect(await response.text()).toContain('GenerationCompleted');
  }
});

test.each(Object.entries(WAYS))('a document named by %s streams over a WebSocket', async (_way, name) => {
  for (const app of [only, also]) {
    for (const payload of [name(STREAM), { query: '', ...name(STREAM) }]) {
      const { type, payload: result } = await askOverWebSocket(app, payload);
      expect([type, result.data?.generate?.__typename]).toEqual(['next', 'GenerationStarted']);
    }
  }
});

test('a document is asked for by its id over GET, and an MD5 is an id like any other', async () => {
  for (const query of [
    `documentId=${MD5}`,
    `extensions=${encodeURIComponent(JSON.stringify({ documentId: MD5 }))}`,
    `extensions=${encodeURIComponent(JSON.stringify({ persistedQuery: { sha256Hash: MD5 } }))}`,
  ]) {
    const response = await fetch(`${only.url}?${query}`, { headers: { 'graphql-require-preflight': '1' } });
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: { models: { nodes: [{ name: 'toy' }] } } },
    ]);
  }
});

test('a mutation is refused over GET by its id as by its text', async () => {
  const response = await fetch(`${only.url}?documentId=${sha256(ASK)}`, {
    headers: { 'graphql-require-preflight': '1' },
  });
  const { errors } = (await response.json()) as GraphqlResponse;
  expect(errors?.[0]?.extensions?.['code']).toBe('INVALID_REQUEST');
});

const REFUSED: Readonly<
  Record<string, readonly [body: Body, status: number, code: string, message: RegExp]>
> = {
  'a text': [{ query: ASK }, 403, 'FORBIDDEN', /documentId/],
  introspection: [{ query: '{ __schema { types { name } } }' }, 403, 'FORBIDDEN', /own list/],
  'neither text nor id': [{}, 403, 'FORBIDDEN', /documentId/],
  'an unknown id': [{ documentId: '0'.repeat(64) }, 404, 'NOT_FOUND', /extract/],
  'an unknown hash': [
    { extensions: { persistedQuery: { sha256Hash: '0'.repeat(64) } } },
    404,
    'NOT_FOUND',
    /extract/,
  ],
  'a hash with a text to be registered': [
    { query: '{ __typename }', extensions: hashOf('{ __typename }') },
    404,
    'NOT_FOUND',
    /extract/,
  ],
  'an id and another text': [{ documentId: sha256(ASK), query: NAMES }, 400, 'INVALID_REQUEST', /id alone/],
  'two ids': [
    { documentId: sha256(ASK), extensions: hashOf(STREAM) },
    400,
    'INVALID_REQUEST',
    /two documents/,
  ],
  'an id that is a list': [{ documentId: [sha256(ASK)] }, 400, 'INVALID_REQUEST', /is a text/],
  'an id as long as a book': [{ documentId: 'x'.repeat(100_000) }, 400, 'INVALID_REQUEST', /at most 200/],
};

test.each(Object.entries(REFUSED))(
  'with only, %s is refused',
  async (_what, [body, status, code, message]) => {
    const calls = toy.calls.length;
    const expected = {
      message: expect.stringMatching(message) as string,
      extensions: { code, retryable: false },
    };
    const over = await ask(only, body);
    expect([over.status, over.answer]).toEqual([status, { errors: [expected] }]);
    const sse = await post(only, body, { headers: { accept: 'text/event-stream' } });
    expect(await sse.text()).toContain(code);
    expect(await askOverWebSocket(only, { query: '', ...body })).toEqual({
      id: 'one',
      type: 'error',
      payload: [expected],
    });
    expect(toy.calls.length).toBe(calls);
  },
);

test('with also, other documents are executed by their text, and a hash that is not known is asked for', async () => {
  expect(await ask(also, { query: '{ __typename }' })).toEqual({
    status: 200,
    answer: { data: { __typename: 'Query' } },
  });
  const body = { query: '{ __typename }', extensions: hashOf('{ __typename }') };
  expect((await ask(also, body)).answer).toEqual({ data: { __typename: 'Query' } });
  expect(await ask(also, { extensions: hashOf('{ __typename }') })).toEqual({
    status: 200,
    answer: {
      errors: [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', retryable: false },
        },
      ],
    },
  });
  const { status, answer } = await ask(also, { documentId: 'unknown' });
  expect([status, answer.errors?.[0]?.message]).toEqual([404, expect.stringContaining('Send the text')]);
});

test('a server without documents says so to a request with an id alone', async () => {
  const { status, answer } = await ask(without, { documentId: sha256(ASK) });
  expect([status, answer.errors?.[0]?.message]).toEqual([
    404,
    expect.stringContaining('MODELGRAPH_TRUSTED_DOCUMENTS'),
  ]);
  expect((await ask(without, { documentId: sha256(ASK), query: '{ __typename }' })).answer).toEqual({
    data: { __typename: 'Query' },
  });
  // Where the client package puts it, with the empty query that graphql-ws wants.
  const inExtensions = { query: '', extensions: { documentId: sha256(ASK) } };
  const refusal = {
    message: expect.stringContaining('MODELGRAPH_TRUSTED_DOCUMENTS'),
    extensions: expect.objectContaining({ code: 'NOT_FOUND' }),
  };
  expect((await ask(without, inExtensions)).answer).toMatchObject({ errors: [refusal] });
  expect(await askOverWebSocket(without, inExtensions)).toMatchObject({ type: 'error', payload: [refusal] });
});

test('the playground is served with also, not with only', async () => {
  const open = (app: TestApp): Promise<Response> => fetch(app.url, { headers: { accept: 'text/html' } });
  expect((await open(also)).headers.get('content-type')).toContain('text/html');
  expect((await open(only)).headers.get('content-type')).not.toContain('text/html');
});

test('an upload goes with the id of its document', async () => {
  const text = 'mutation Submit($file: File!) { submitBatch(input: {file: $file}) { counts { total } } }';
  await using documents = await createDocumentsFile(byHash(text));
  await using app = await startApp(
    { trustedDocuments: [documents.path], maxUploadBytes: 1_024, maxBatchFileBytes: 100_000 },
    toy.overrides,
  );
  const form = new FormData();
  form.append('operations', JSON.stringify({ documentId: sha256(text), variables: { file: null } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  const line = JSON.stringify({ customId: 'one', input: { model: 'toy', prompt: 'x'.repeat(2_000) } });
  form.append('0', new Blob([line]), 'requests.jsonl');
  const response = await fetch(app.url, {
    method: 'POST',
    headers: { 'graphql-require-preflight': '1' },
    body: form,
  });
  expect(await response.json()).toEqual({ data: { submitBatch: { counts: { total: 1 } } } });
});

test("Apollo's multipart subscriptions and an EventSource over GET are held to the same list", async () => {
  const multipart = { accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' };
  const names = { accept: 'text/event-stream', 'graphql-require-preflight': '1' };
  const get = (parameters: string): Promise<Response> =>
    fetch(`${only.url}?${parameters}`, { headers: names });
  const answers = [
    await post(only, { documentId: sha256(STREAM) }, { headers: multipart }),
    await get(`documentId=${sha256(STREAM)}`),
  ];
  for (const answer of answers) expect(await answer.text()).toContain('GenerationCompleted');
  const calls = toy.calls.length;
  const refused = [
    await post(only, { query: STREAM }, { headers: multipart }),
    await get(`query=${encodeURIComponent(STREAM)}`),
  ];
  for (const answer of refused) expect(await answer.text()).toContain('FORBIDDEN');
  expect(toy.calls.length).toBe(calls);
});
