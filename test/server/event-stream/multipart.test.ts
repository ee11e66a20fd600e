import { existsSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { rawRequest } from '../../support/app/raw-http.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const ACCEPT =
  'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9';
const GENERATE = `subscription {
  generate(input: { model: "toy", prompt: "Hi" }) { __typename ... on TextDelta { text } }
}`;

const ask = (app: TestApp, query: string, accept = ACCEPT) =>
  rawRequest(app, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });

// The client is there or is not, and so are its types.
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

/** The parts of a body, each held to the protocol. */
const partsOf = (body: string): unknown[] => {
  const [first, ...rest] = body.split('\r\n--graphql');
  expect(first).toBe('');
  expect(rest.at(-1)).toBe('--\r\n');
  return rest.slice(0, -1).map((part) => {
    const [head, json = ''] = part.split('\r\n\r\n');
    expect(head?.trim()).toBe('content-type: application/json; charset=utf-8');
    return JSON.parse(json);
  });
};

const twoWords = () =>
  createToy(
    answerOf(
      textDelta('one\r\n--graphql '),
      { type: 'reasoning-delta', text: 'why' },
      textDelta('two'),
      finishEvent(),
    ),
  );

describe('a subscription over Apollo’s multipart protocol', () => {
  test('has a part for each event, and an end', async () => {
    await using app = await startApp({}, toyOverrides(twoWords()));
    for (const accept of [
      ACCEPT,
      'multipart/mixed; subscriptionSpec="1.0"',
      'Multipart/Mixed;SubscriptionSpec=1.0',
    ]) {
      const { status, headers, body } = await ask(app, GENERATE, accept);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
        'cache-control': 'no-store',
      });
      const events = partsOf(body).map(
        (part) => (part as { payload: { data: { generate: object } } }).payload.data.generate,
      );
      expect(events).toMatchObject([
        { __typename: 'GenerationStarted' },
        { __typename: 'TextDelta', text: 'one\r\n--graphql ' },
        { __typename: 'ReasoningDelta' },
        { __typename: 'TextDelta', text: 'two' },
        ...events.slice(4),
      ]);
      expect(events.at(-1)).toEqual({ __typename: 'GenerationCompleted' });
    }
  });

  test('has heartbeats while nothing comes', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({ heartbeatMs: 100 }, toyOverrides(toy));
    const request = http.request(app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: ACCEPT },
    });
    request.end(JSON.stringify({ query: GENERATE }));
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) {
      body += String(chunk);
      if (toy.calls.length > 0 && body.includes('{}')) break;
    }
    expect(body).toContain('\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{}\r\n--graphql');
  });

  test('has the refusal of a request as its payload, and ends', async () => {
    const toy = twoWords();
    await using app = await startApp({}, toyOverrides(toy));
    const { body } = await ask(app, GENERATE.replace('"toy"', '"none"'));
    expect(partsOf(body)).toMatchObject([
      { payload: { errors: [{ extensions: { code: 'MODEL_NOT_FOUND' } }] } },
    ]);
    expect(toy.calls).toEqual([]);
  });

  test('is not begun where its document is wrong, which is answered in JSON', async () => {
    await using app = await startApp({}, toyOverrides(twoWords()));
    const { status, headers, body } = await ask(app, GENERATE.replace('__typename', 'typo'));
    expect([status, headers['content-type']]).toEqual([
      400,
      'application/graphql-response+json; charset=utf-8',
    ]);
    expect(body).toContain('Cannot query field \\"typo\\"');
  });

  test('is no way for a query, nor for another version of the protocol', async () => {
    await using app = await startApp({}, toyOverrides(twoWords()));
    expect(JSON.parse((await ask(app, '{ __typename }')).body)).toEqual({ data: { __typename: 'Query' } });
    for (const accept of [
      'multipart/mixed',
      'multipart/mixed;subscriptionSpec=2.0',
      'multipart/mixed;deferSpec=20220824',
    ])
      expect((await ask(app, GENERATE, accept)).status).toBe(406);
  });
});

const APOLLO = new URL('../../../client/node_modules/@apollo/client/', import.meta.url);
const problem = existsSync(APOLLO) ? '' : ' (no Apollo Client here: npm ci in client/)';

describe.skipIf(problem !== '')(`Apollo Client with its HttpLink alone${problem}`, () => {
  const load = async (path: string): Promise<Record<string, never>> =>
    (await import(new URL(path, APOLLO).href)) as Record<string, never>;

  /** A `fetch` that reports once a heartbeat has come. */
  const watchHeartbeats = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watched = async (input: string, init: RequestInit): Promise<Response> => {
      const response = await fetch(input, init);
      const watch = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          if (Buffer.from(chunk).toString().includes('\r\n{}\r\n')) resolve();
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body?.pipeThrough(watch) ?? null, response);
    };
    return { fetch: watched, seen: promise };
  };

  const connect = async (app: TestApp, fetchWith: unknown = fetch) => {
    const { ApolloClient, HttpLink, InMemoryCache, gql } = (await load('core/index.js')) as Record<
      string,
      Loose
    >;
    const link = new HttpLink({ uri: app.url, fetch: fetchWith });
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const results: { data?: Loose; error?: Loose }[] = [];
    const read = (query: string): Promise<void> =>
      new Promise((resolve, reject) => {
        client.subscribe({ query: gql(query) }).subscribe({
          next: (result: object) => results.push(result),
          error: reject,
          complete: resolve,
        });
      });
    return { client, gql, read, results };
  };

  test('reads each event, heartbeats between them', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({ heartbeatMs: 100 }, toyOverrides(toy));
    const heartbeats = watchHeartbeats();
    const { client, read, results } = await connect(app, heartbeats.fetch);
    const whole = read(GENERATE);
    await toy.give(textDelta('one '));
    await heartbeats.seen;
    await toy.give(textDelta('two'));
    await toy.finish();
    await whole;
    expect(results.map(({ data }) => data.generate.text ?? '').join('')).toBe('one two');
    expect(results.at(-1)?.data.generate.__typename).toBe('GenerationCompleted');
    client.stop();
  });

  test('is told of a refusal as an error of its own kind', async () => {
    await using app = await startApp({}, toyOverrides(twoWords()));
    const { client, read, results } = await connect(app);
    await read(GENERATE.replace('"toy"', '"none"'));
    expect(results).toMatchObject([{ error: { errors: [{ extensions: { code: 'MODEL_NOT_FOUND' } }] } }]);
    client.stop();
  });

  test('sends whole documents for good after its first persisted query', async () => {
    await using app = await startApp({}, toyOverrides(twoWords()));
    const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = (await load(
      'core/index.js',
    )) as Record<string, Loose>;
    const { PersistedQueryLink } = (await load('link/persisted-queries/index.js')) as Record<string, Loose>;
    const textOf = (name: string): string => `query ${name} { models(first: 0) { totalCount } }`;
    const bodies: string[] = [];
    const counting = (input: string, init: RequestInit) => {
      bodies.push(init.body as string);
      return fetch(input, init);
    };
    const link = ApolloLink.from([
      new PersistedQueryLink({ sha256: (text: string) => Buffer.from(text).toString('hex') }),
      new HttpLink({ uri: app.url, fetch: counting }),
    ]);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    for (const name of ['A', 'B', 'C'])
      expect(
        (
          await client.query({
            query: gql(textOf(name)),
            fetchPolicy: 'no-cache',
          })
        ).data,
      ).toBeDefined();
    expect(bodies.map((body) => 'query' in JSON.parse(body))).toEqual([false, true, true, true]);
    client.stop();
  });
});
