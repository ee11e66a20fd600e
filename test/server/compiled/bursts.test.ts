import { once } from 'node:events';
import { connect } from 'node:net';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { executeSubscriptionEvent, parse, validate, validateSubscriptionArgs } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../../../src/core/generation-event.ts';
import { LOCAL_PRINCIPAL } from '../../../src/core/principal.ts';
import { DEFAULT_LIMITS } from '../../../src/server/limits.ts';
import type { Services } from '../../../src/server/context.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';
import { EventLog } from '../../../src/services/generations/events/event-log.ts';
import { serveBare } from '../../support/app/bare-server.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import {
  createEventContext,
  createRandom,
  createSelection,
  EVENTS,
} from '../../support/app/random-selections.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { openRawSocket } from '../../support/app/clients.ts';

const DELTAS = 400;
const QUERY = `subscription ($input: GenerateInput!) {
  generate(input: $input) { __typename ... on TextDelta { text } ... on ReasoningDelta { text } }
}`;
const PARAMS = { query: QUERY, variables: { input: { model: 'toy', prompt: 'All at once.' } } };
const BODY = JSON.stringify(PARAMS);
const HEADERS = { accept: 'text/event-stream', 'content-type': 'application/json' };

const textOf = (index: number): string => `${index} ${'ø😀'.repeat(index % 60)};`;
const ALL = Array.from({ length: DELTAS }, (_, index) => textOf(index));

/** Deltas that cannot be merged and the end, all in one turn. */
const createBurst = () =>
  toyOverrides(
    createToy(async function* () {
      await endOfTurn();
      for (const [index, text] of ALL.entries())
        yield index % 2 === 0 ? textDelta(text) : { type: 'reasoning-delta', text };
      yield finishEvent();
    }),
  );

/** An event of a generation with its id, as an event stream carries it. */
const NEXT = /^event: next\nid: [\w-]+\ndata: (.*)$/;

/** The texts of an event stream, which has to end as it should. */
const textsOf = (stream: string): string[] => {
  const events = stream.split('\n\n');
  expect(events.slice(-2)).toEqual(['event: complete\ndata: ', '']);
  const results = events
    .flatMap((event) => NEXT.exec(event)?.[1] ?? [])
    .map((data) => JSON.parse(data) as { data: { generate: { __typename: string; text: string } } });
  expect(results.at(-1)?.data.generate.__typename).toBe('GenerationCompleted');
  return results.flatMap(({ data }) => data.generate.text ?? []);
};

/** The body of an answer in chunks, which have to be as RFC 9112 has them, to the last one. */
const readChunks = (bytes: Buffer): string => {
  const chunks: Buffer[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const line = bytes.toString('latin1', at, lineEnd);
    expect(line).toMatch(/^[0-9a-f]+$/i);
    const size = Number.parseInt(line, 16);
    const dataEnd = lineEnd + 2 + size;
    expect(bytes.toString('latin1', dataEnd, dataEnd + 2)).toBe('\r\n');
    at = dataEnd + 2;
    if (size === 0) break;
    chunks.push(bytes.subarray(lineEnd + 2, dataEnd));
  }
  expect(at).toBe(bytes.length);
  return Buffer.concat(chunks).toString('utf8');
};

const readRaw = async ({ url }: TestApp, connection: 'close' | 'keep-alive'): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\nconnection: ${connection}\r\naccept: ${HEADERS.accept}\r\n` +
      `content-type: ${HEADERS['content-type']}\r\ncontent-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
  );
  let bytes = Buffer.alloc(0);
  for await (const data of socket) {
    bytes = Buffer.concat([bytes, data as Buffer]);
    // The server keeps this one open for the next request.
    if (connection === 'keep-alive' && bytes.subarray(-5).toString('latin1') === '0\r\n\r\n') break;
  }
  expect(bytes.toString('latin1')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*transfer-encoding: chunked\r\n/i);
  return readChunks(bytes);
};

describe('many events in one turn, and the end right after them', () => {
  test('reach a strict HTTP client, all of them', async () => {
    await using app = await startApp({}, createBurst());
    const outgoing = httpRequest(app.url, { method: 'POST', agent: false, headers: HEADERS });
    outgoing.end(BODY);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
    expect(response.complete).toBe(true);
    expect(textsOf(body)).toEqual(ALL);
  });

  test.each(['close', 'keep-alive'] as const)(
    'are whole chunks with a last one on a connection that is asked to %s',
    async (connection) => {
      await using app = await startApp({}, createBurst());
      expect(textsOf(await readRaw(app, connection))).toEqual(ALL);
    },
  );

  test('reach a WebSocket client, with `complete` after the last of them', async () => {
    await using app = await startApp({}, createBurst());
    await using client = await openRawSocket(app);
    client.send({ id: 'é"1', type: 'subscribe', payload: PARAMS });
    await client.received(({ type }) => type === 'complete');
    const own = client.messages.filter(({ id }) => id === 'é"1');
    expect(own.at(-1)).toEqual({ id: 'é"1', type: 'complete' });
    expect(own.slice(0, -1).every(({ type }) => type === 'next')).toBe(true);
    const texts = own.flatMap(({ payload }) => (payload?.data.generate.text as string | undefined) ?? []);
    expect(texts).toEqual(ALL);
  });
});

const UNLIMITED = {
  ...DEFAULT_LIMITS,
  maxAliases: 1e6,
  maxDirectives: 1e6,
  maxDepth: 1e6,
  maxComplexity: 1e9,
};

/** Serves `generationEvents` of a log over both transports. */
const serveLog = async (open: () => EventLog) => {
  const events = createEventContext();
  const generations = {
    events: (_id: string, _principal: string, _after: number | null, signal: AbortSignal) =>
      Promise.resolve(open().read(0, { signal })),
  };
  const served = await serveBare({
    services: {
      ...events,
      generations,
      health: new ProviderHealthService({ failures: 0 }),
    } as unknown as Services,
    limits: UNLIMITED,
  });
  return {
    ...served,
    context: { ...events, generations: {}, principal: LOCAL_PRINCIPAL, signal: new AbortController().signal },
  };
};

const readOverSse = async (url: string, params: object): Promise<string[]> => {
  const outgoing = httpRequest(url, { method: 'POST', agent: false, headers: HEADERS });
  outgoing.end(JSON.stringify(params));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  const events = body.split('\n\n');
  expect(events.slice(-2)).toEqual(['event: complete\ndata: ', '']);
  return events.slice(0, -2).map((event) => NEXT.exec(event)?.[1] ?? '');
};

/** Appends the events, several in a turn, and ends the log. */
const feed = async (log: EventLog, seed: number): Promise<void> => {
  const { below } = createRandom(seed);
  const left = [...EVENTS, ...EVENTS] as LoggedEvent[];
  while (left.length > 0) {
    for (const event of left.splice(0, 1 + below(9))) log.append(event);
    await endOfTurn();
  }
  log.end();
};

describe('random selections of events in bursts', () => {
  test('give over WebSocket and SSE what plain execution gives, in order', { timeout: 60_000 }, async () => {
    let present = new EventLog('g');
    await using served = await serveLog(() => present);
    await using client = await openRawSocket(served);
    const { schema, url, context } = served;
    const variableValues = { yes: true, no: false };
    const readOverWebSocket = async (id: string, params: object): Promise<string[]> => {
      client.send({ id, type: 'subscribe', payload: params });
      await client.received((message) => message.id === id && message.type !== 'next');
      const own = client.messages.filter((message) => message.id === id);
      expect(own.at(-1)?.type).toBe('complete');
      return own.slice(0, -1).map(({ payload }) => JSON.stringify(payload));
    };
    let compared = 0;
    for (let seed = 0; seed < 150; seed += 1) {
      const query = createSelection(schema, seed);
      if (validate(schema, parse(query)).length > 0) continue;
      const args = validateSubscriptionArgs({
        schema,
        document: parse(query),
        variableValues,
        contextValue: context,
      });
      if (!('schema' in args)) throw new TypeError('the subscription has no valid arguments');
      present = new EventLog('g');
      const read = [
        readOverWebSocket(`operation-${seed}`, { query, variables: variableValues }),
        readOverSse(url, { query, variables: variableValues }),
      ];
      await feed(present, seed);
      const expected: string[] = [];
      for (const event of present.since(0))
        expected.push(JSON.stringify(await executeSubscriptionEvent({ ...args, rootValue: event })));
      for (const results of await Promise.all(read)) expect(results, query).toEqual(expected);
      compared += expected.length;
    }
    expect(compared).toBeGreaterThan(1_000);
  });
});
