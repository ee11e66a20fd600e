import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openSocket, startApp, type TestApp } from '../support/app/app.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';

const PIECE = 'ø'.repeat(2_000);
const PIECES = 6_000;

const QUERY = `subscription ($input: GenerateInput!) {
  generate(input: $input) { __typename ... on TextDelta { offset text } }
}`;
const PARAMS = { query: QUERY, variables: { input: { model: 'toy', prompt: 'Go on.' } } };

/** Far more than the system's own buffers take, a little in each turn, and a sign that all of it has been given. */
const createFlood = () => {
  const given = Promise.withResolvers<void>();
  const toy = createToy(async function* () {
    for (let index = 0; index < PIECES; index += 1) {
      if (index % 8 === 0) await endOfTurn();
      yield textDelta(PIECE);
    }
    given.resolve();
    yield finishEvent();
  });
  return { overrides: toyOverrides(toy), given: given.promise };
};

interface Reader extends Disposable {
  /** Reads on, to the end; gives each result as JSON. */
  read(): Promise<readonly string[]>;
}

/** A subscription whose results are the body of its answer. */
const openBody = async (
  { url }: TestApp,
  accept: string,
  resultsOf: (body: string) => readonly string[],
): Promise<Reader> => {
  const outgoing = request(url, { method: 'POST', headers: { 'content-type': 'application/json', accept } });
  outgoing.end(JSON.stringify(PARAMS));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    async read() {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
      return resultsOf(body);
    },
    [Symbol.dispose]: () => outgoing.destroy(),
  };
};

/** Clients that subscribe and then read nothing until they are told to. */
const CLIENTS: Readonly<Record<string, (app: TestApp) => Promise<Reader>>> = {
  async websocket(app) {
    const socket = await openSocket(app);
    const payloads: string[] = [];
    const complete = Promise.withResolvers<void>();
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as { type: string; payload: unknown };
      if (type === 'next') payloads.push(JSON.stringify(payload));
      else complete.resolve();
    });
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: PARAMS }));
    socket.pause();
    return {
      async read() {
        socket.resume();
        await complete.promise;
        return payloads;
      },
      [Symbol.dispose]: () => socket.terminate(),
    };
  },
  sse: (app) =>
    openBody(app, 'text/event-stream', (body) =>
      body.split('\n\n').flatMap((event) => /^event: next\nid: [\w-]+\ndata: (.*)$/.exec(event)?.[1] ?? []),
    ),
  multipart: (app) =>
    openBody(app, 'multipart/mixed;subscriptionSpec=1.0', (body) =>
      body.split('\r\n--graphql').flatMap((part) => {
        const [, json] = part.split('\r\n\r\n');
        return json === undefined ? [] : JSON.stringify((JSON.parse(json) as { payload: object }).payload);
      }),
    ),
};

describe.each(Object.entries(CLIENTS))('a client that does not read over %s', (_transport, open) => {
  test('gets all of the text in few events when it reads again', { timeout: 60_000 }, async () => {
    const { overrides, given } = createFlood();
    await using app = await startApp({}, overrides);
    using client = await open(app);
    await given;
    const results = (await client.read()).map(
      (json) =>
        (JSON.parse(json) as { data: { generate: { __typename: string; offset: number; text: string } } })
          .data.generate,
    );
    const deltas = results.filter(({ __typename }) => __typename === 'TextDelta');
    let length = 0;
    for (const { offset, text } of deltas) {
      expect(offset).toBe(length);
      length += text.length;
    }
    expect(length).toBe(PIECES * PIECE.length);
    expect(deltas.length).toBeLessThan(PIECES / 2);
    expect(results.at(-1)?.__typename).toBe('GenerationCompleted');
  });
});
