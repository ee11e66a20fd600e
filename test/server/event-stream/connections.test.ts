import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const QUERY = `subscription ($input: GenerateInput!) {
  generate(input: $input) { __typename ... on TextDelta { text } }
}`;

const toRequest = (version: string, more = ''): string => {
  const body = JSON.stringify({ query: QUERY, variables: { input: { model: 'toy', prompt: 'Go on.' } } });
  const headers = [
    `POST /graphql HTTP/${version}`,
    'host: 127.0.0.1',
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${[...headers, more].filter((line) => line !== '').join('\r\n')}\r\n\r\n${body}`;
};

/** All that a connection brings until the server closes it. */
const exchange = async ({ url }: TestApp, requests: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.write(requests);
  await once(socket, 'close');
  return Buffer.concat(pieces).toString('utf8');
};

/** The body of a chunked answer, whose chunks have to be as long as they say. */
const readChunks = (answer: string): string => {
  let rest = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4));
  let body = '';
  for (;;) {
    const end = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.toString('latin1', 0, end), 16);
    if (length === 0) return body;
    body += rest.toString('utf8', end + 2, end + 2 + length);
    expect(rest.toString('latin1', end + 2 + length, end + 4 + length)).toBe('\r\n');
    rest = rest.subarray(end + 4 + length);
  }
};

const TEXTS = ['Grüße', ' 👋', ' und ASCII'];
const overrides = toyOverrides(createToy(answerOf(...TEXTS.map(textDelta), finishEvent())));

const textOf = (body: string): string =>
  [...body.matchAll(/"text":"([^"]*)"/g)].map(([, text]) => text).join('');

test('two event streams that are asked for at once on one connection come one after the other, both whole', async () => {
  await using app = await startApp({}, overrides);
  const answer = await exchange(app, toRequest('1.1') + toRequest('1.1', 'connection: close'));
  const [, first = '', second = ''] = answer.split('HTTP/1.1 200 OK\r\n');
  for (const each of [first, second]) {
    const body = readChunks(each);
    expect(textOf(body)).toBe(TEXTS.join(''));
    expect(body).toContain('GenerationCompleted');
    expect(body.endsWith('event: complete\ndata: \n\n')).toBe(true);
  }
});

test('a client of HTTP/1.0 reads an event stream without chunks, to the end of its connection', async () => {
  await using app = await startApp({}, overrides);
  const answer = await exchange(app, toRequest('1.0'));
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  expect(answer).not.toMatch(/transfer-encoding/i);
  expect(body.startsWith('event: next\n')).toBe(true);
  expect(textOf(body)).toBe(TEXTS.join(''));
  expect(body.endsWith('event: complete\ndata: \n\n')).toBe(true);
});
