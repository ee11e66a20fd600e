import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';
import { GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { createPoliteProvider, TOY_INPUT } from '../support/app/toy-app.ts';

const toy = createPoliteProvider();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({}, toy.overrides);
});
afterAll(() => app.close());
let callsBefore = 0;
beforeEach(() => {
  callsBefore = toy.calls.length;
});

const NEWER = 'application/graphql-response+json';
const PLAIN = 'application/json';
const MUTATION = 'mutation { generate(input: { model: "toy", prompt: "Hello" }) { id } }';

const ask = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  rawRequest(app, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('the status of an answer', () => {
  const refused: Readonly<Record<string, unknown>> = {
    'a document that cannot be parsed': { query: '{' },
    'a field that does not exist': { query: '{ nothing }' },
    'a variable of another type': {
      query: 'query ($n: Int) { models(first: $n) { totalCount } }',
      variables: { n: 'x' },
    },
    'no operation of the name': { query: '{ __typename }', operationName: 'Other' },
    'more than is allowed': { query: `{ ${'__typename '.repeat(100)} }` },
  };
  test.each(Object.entries(refused))('of %s is 400 under the newer type only', async (_name, body) => {
    const newer = await ask(body, { accept: NEWER });
    expect([newer.status, newer.headers['content-type']]).toEqual([400, `${NEWER}; charset=utf-8`]);
    const plain = await ask(body, { accept: PLAIN });
    expect([plain.status, plain.headers['content-type']]).toEqual([200, `${PLAIN}; charset=utf-8`]);
    expect(JSON.parse(newer.body)).toEqual(JSON.parse(plain.body));
    expect(JSON.parse(plain.body)).not.toHaveProperty('data');
  });

  const malformed: Readonly<Record<string, unknown>> = {
    'no JSON': '{"query":',
    'a list': [{ query: '{ __typename }' }],
    'no query': { variables: {} },
    'variables that are text': { query: '{ __typename }', variables: '{}' },
  };
  test.each(Object.entries(malformed))('of a body with %s is 400 under both types', async (_name, body) => {
    for (const accept of [NEWER, PLAIN]) expect((await ask(body, { accept })).status).toBe(400);
  });

  test('of an error in a field is 200 under both types, with what there is of the data', async () => {
    for (const accept of [NEWER, PLAIN]) {
      const { status, body } = await ask(
        { query: '{ resolveModel(name: "no-such-model") { requested } }' },
        { accept },
      );
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        data: null,
        errors: [{ extensions: { code: 'MODEL_NOT_FOUND' } }],
      });
    }
  });

  test('says how long the body is', async () => {
    const { headers, body } = await ask({ query: '{ provider(name: "é") { name } }' });
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
  });
});

describe('what is not executed', () => {
  test.each(['text/html', 'application/json;q=0', 'multipart/mixed'])(
    'is a mutation whose client accepts %s only',
    async (accept) => {
      expect((await ask({ query: MUTATION }, { accept })).status).toBe(406);
      expect(toy.calls.length).toBe(callsBefore);
    },
  );

  test.each([PLAIN, '*/*'])('is a subscription whose client accepts %s', async (accept) => {
    const { status, body } = await ask(
      { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } },
      { accept },
    );
    expect(status).toBe(406);
    expect(body).toContain('text/event-stream');
    expect(toy.calls.length).toBe(callsBefore);
  });

  test('is a mutation in an address, and the method there is instead is named', async () => {
    const path = `/graphql?query=${encodeURIComponent(MUTATION)}`;
    const { status, headers } = await rawRequest(app, { path, headers: { 'x-graphql-client': 'test' } });
    expect([status, headers['allow']]).toEqual([405, 'POST']);
    expect(toy.calls.length).toBe(callsBefore);
  });

  test.each(['text/plain', 'application/graphql', 'application/x-www-form-urlencoded'])(
    'is a body of %s',
    async (type) => {
      const headers = { 'content-type': type, 'x-graphql-client': 'test' };
      expect((await ask(MUTATION, headers)).status).toBe(415);
      expect(toy.calls.length).toBe(callsBefore);
    },
  );
});

test('a query that could be answered in an event stream is answered in JSON where that is accepted, too', async () => {
  const { headers, body } = await ask({ query: '{ __typename }' }, { accept: `text/event-stream, ${PLAIN}` });
  expect(headers['content-type']).toBe(`${PLAIN}; charset=utf-8`);
  expect(JSON.parse(body)).toEqual({ data: { __typename: 'Query' } });
});
