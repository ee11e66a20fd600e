import { once } from 'node:events';
import { connect } from 'node:net';
import { NetworkError } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../support/app/app.ts';
import { ANSWERS, type Operation } from '../support/app/clients.ts';
import { createPoliteProvider } from '../support/app/toy-app.ts';

const toy = createPoliteProvider();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({}, toy.overrides);
});
afterAll(() => app.close());

const MIB = 1024 * 1024;
const LONG = 'x'.repeat(3 * MIB);
const MAX_ANSWER = 40_000;

const list = <T>(length: number, item: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => item(index));
const keys = (count: number): object => Object.fromEntries(list(count, (index) => [`k${index}`, index]));
const twenty = (field: (index: number) => string): string => list(20, field).join(' ');
const nested = (levels: number, [open, close]: readonly [string, string]): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';
const generate = (input: object): Operation => ({
  query: GENERATE,
  variables: { input: { model: 'toy', prompt: 'Hi', ...input } },
});

const refused: Readonly<Record<string, Operation>> = {
  'an input of 1,000 unknown fields': generate(keys(1_000)),
  'an input of 80,000 unknown fields': generate(keys(80_000)),
  'an input of 250,000 unknown fields': generate(keys(250_000)),
  'unknown fields deep in an input': generate({ reasoning: { effort: 'HIGH', ...keys(5_000) } }),
  'a list of values that are none of an enum': {
    query: 'query ($s: [ModelStatus!]) { models(where: { status: $s }) { totalCount } }',
    variables: { s: list(50_000, (index) => `STATUS_${index}`) },
  },
  'messages of no kind': generate({
    prompt: null,
    messages: list(30_000, (index) => ({ [`m${index}`]: 1 })),
  }),
  '40,000 messages': generate({
    prompt: null,
    messages: list(40_000, () => ({ user: { content: 'Hi' } })),
  }),
  '20,000 tools': generate({
    tools: list(20_000, (index) => ({ name: `t${index}`, inputSchema: { type: 'object' } })),
  }),
  'metadata of megabytes': generate({ metadata: { text: LONG } }),
  'metadata of 50,000 names': generate({ metadata: keys(50_000) }),
  'a model name of megabytes': generate({ model: LONG }),
  'model names of megabytes to fall back to': generate({ fallbackModels: [LONG] }),
  'a search of megabytes, 20 times': {
    query: `query ($s: String) { ${twenty((at) => `m${at}: models(where: { search: $s }) { totalCount }`)} }`,
    variables: { s: LONG },
  },
  '100,000 names of providers': {
    query: 'query ($p: [String!]) { models(where: { providers: $p }) { totalCount } }',
    variables: { p: list(100_000, (index) => `p${index}`) },
  },
  'a cursor of megabytes': {
    query: 'query ($c: String) { generations(first: 1, after: $c) { totalCount } }',
    variables: { c: LONG },
  },
  'the same field 1,200 times': {
    query: `{ models { nodes { ${'provider { name } '.repeat(1_200)} } } }`,
  },
  'a name of megabytes': { query: `query ${'q'.repeat(2 * MIB)} { nothing }` },
  'lists in lists': { query: `{ model(name: ${nested(2_000, ['[', ']'])}) { name } }` },
  'objects in objects': { query: `{ models(where: ${nested(1_500, ['{ a: ', ' }'])}) { totalCount } }` },
  'fields in fields': { query: nested(1_800, ['{ a ', '}']).replace('1', '{ b }') },
  'lists in a type': { query: `query ($v: ${nested(2_000, ['[', ']']).replace('1', 'Int')}) { __typename }` },
  'lists in a default': { query: `query ($v: JSON = ${nested(2_200, ['[', ']'])}) { __typename }` },
};

const isClosedWith4400 = (error: unknown): boolean =>
  error instanceof Object && 'code' in error && error.code === 4400;

const isBadRequest = (error: unknown): boolean =>
  error instanceof NetworkError && error.response instanceof Response && error.response.status === 400;

/** A body of too many values is not read: it closes its socket, and is no event stream. */
const toAnswers = (error: unknown): GraphqlResponse[] => {
  if (!isClosedWith4400(error) && !isBadRequest(error)) throw error;
  return [{ errors: [{ message: 'the request was not read', extensions: { code: 'INVALID_REQUEST' } }] }];
};

describe.each(['http', 'sse', 'websocket'] as const)('over %s', (transport) => {
  test.each(Object.entries(refused))('%s are refused in few words', async (_name, operation) => {
    const [answer, ...others] = await ANSWERS[transport](app, operation).catch(toAnswers);
    expect(others).toEqual([]);
    const codes = answer?.errors?.map(({ extensions }) => extensions?.['code']) ?? [];
    expect(new Set(codes).size).toBe(1);
    expect(['INVALID_REQUEST', 'MODEL_NOT_FOUND']).toContain(codes[0]);
    expect(JSON.stringify(answer).length).toBeLessThan(MAX_ANSWER);
    expect(toy.calls).toEqual([]);
  });
});

test('no refused request is a defect of the server', () => {
  expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a document that asks for too much is refused before any other rule reads it', async () => {
  let read = 0;
  await using counting = await startApp(
    {},
    {
      ...toy.overrides,
      plugins: [
        {
          onValidate: ({ addValidationRule }) =>
            addValidationRule(() => ({
              enter: () => {
                read += 1;
              },
            })),
        },
      ],
    },
  );
  for (const times of [101, 500, 1_200]) {
    const query = `{ models { nodes { ${'provider { name } '.repeat(times)} } } }`;
    const [answer] = await ANSWERS.http(counting, { query });
    expect(answer?.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
  }
  expect(read).toBe(0);
  await ANSWERS.http(counting, { query: '{ models { totalCount } }' });
  expect(read).toBeGreaterThan(0);
});

describe('where introspection is off, no name of the schema is told', () => {
  const misspelt: Readonly<Record<string, Operation>> = {
    'a value of an enum in variables': {
      query: 'query ($s: [ModelStatus!]) { models(where: { status: $s }) { totalCount } }',
      variables: { s: ['ACTIV'] },
    },
    'a field of an input in variables': generate({ modle: 'toy' }),
    'a value of an enum in the document': { query: '{ models(where: { status: [ACTIV] }) { totalCount } }' },
    'a field in the document': { query: '{ modles { totalCount } }' },
    'an argument': { query: '{ models(frist: 1) { totalCount } }' },
  };
  test.each(Object.entries(misspelt))('to one that misspells %s', async (_name, operation) => {
    await using closed = await startApp({ introspection: false }, toy.overrides);
    for (const answersOf of Object.values(ANSWERS)) {
      const [answer] = await answersOf(closed, operation);
      expect(answer?.errors?.[0]?.message).not.toMatch(/did you mean/i);
    }
    const [open] = await ANSWERS.http(app, operation);
    expect(open?.errors?.[0]?.message).toMatch(/did you mean/i);
  });
});

/** Sends a request by hand, and gives what is answered until the connection closes or the answer is whole. */
const sendRaw = async (head: string, pieces: Iterable<string>): Promise<string> => {
  const { hostname, port, pathname } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  const answered = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
    if (answer.includes('"errors"')) answered.resolve();
  });
  socket.on('error', () => answered.resolve());
  socket.on('close', () => answered.resolve());
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${head}\r\n\r\n`);
  for (const piece of pieces) socket.write(piece);
  await answered.promise;
  socket.destroy();
  return answer;
};

const chunks = (text: string, size: number): readonly string[] => [
  `${size.toString(16)}\r\n${text.repeat(size)}\r\n`.repeat(200_000 / size),
];

describe('a body that comes in pieces', () => {
  const JSON_HEAD = 'content-type: application/json\r\ntransfer-encoding: chunked';
  const FORM_HEAD =
    'content-type: multipart/form-data; boundary=b\r\ngraphql-require-preflight: 1\r\ntransfer-encoding: chunked';

  test.each([
    ['JSON', JSON_HEAD, 1],
    ['JSON', JSON_HEAD, 4],
    ['a form', FORM_HEAD, 1],
    ['a form', FORM_HEAD, 3],
  ] as const)('of %s is refused where they are of %i bytes', async (_name, head, size) => {
    const answer = await sendRaw(head, chunks('x', size));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('too small pieces');
  });

  test('is read where they are larger, however it is cut', async () => {
    const body = JSON.stringify({ query: `{ ${' '.repeat(60_000)} __typename }`, extensions: { errors: 1 } });
    const pieces = body.match(/.{1,50}/gs)?.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
    const answer = await sendRaw(`${JSON_HEAD}\r\nconnection: close`, [...(pieces ?? []), '0\r\n\r\n']);
    expect(answer).toContain('"__typename":"Query"');
  });
});

test('a request that names two hosts is refused, and so is such a handshake', async () => {
  const head = 'host: other.example\r\ncontent-type: application/json\r\ncontent-length: 2';
  expect(await sendRaw(head, ['{}'])).toMatch(/^HTTP\/1\.1 400 /);
  const { hostname, port, pathname } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nHost: other.example\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
});
