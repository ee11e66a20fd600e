import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { answerParent } from './answer-parent.ts';
import { FRAMES, type HostileApi } from './hostile-answers.ts';
import { whenDrained } from './when-drained.ts';

const MIB = 1024 * 1024;

/** How much a vendor would send if it were let: what has no end ends there. */
const MOST_BYTES = 1_024 * MIB;

interface Asked {
  readonly api: HostileApi;
  readonly response: http.ServerResponse;
}

/** Sends a head, and then pieces until the other side has closed the connection, or `MOST_BYTES` are sent. */
const sendOn = async (
  { response }: Asked,
  head: { readonly status?: number; readonly type: string; readonly begin?: string },
  toPiece: (index: number) => string | Buffer,
  most = MOST_BYTES,
): Promise<void> => {
  response.writeHead(head.status ?? 200, { 'content-type': head.type });
  response.write(head.begin ?? '');
  let sent = 0;
  for (let index = 0; sent < most && !response.destroyed; index += 1) {
    const piece = toPiece(index);
    sent += piece.length;
    if (!response.write(piece)) await whenDrained(response);
  }
  response.end();
};

const STREAM = 'text/event-stream';
const JSON_TYPE = 'application/json';

const BLANKS = Buffer.alloc(MIB, 0x20);
const LETTERS = 'x'.repeat(64 * 1024);

/** A document of a gibibyte in a mebibyte. */
const bomb = (): Buffer => {
  const member = gzipSync(Buffer.concat([BLANKS, BLANKS, BLANKS, BLANKS]));
  return Buffer.concat(Array.from({ length: 256 }, () => member));
};

const sendBomb = ({ response }: Asked, status: number): void => {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' });
  response.end(bomb());
};

/** Several events in a piece, so that the vendor is not what the measurement waits for. */
const many = (toEvent: (index: number) => string, count: number) => (index: number) =>
  Array.from({ length: count }, (_, at) => toEvent(index * count + at)).join('');

export const HOSTILE_FAULTS: Readonly<Record<string, (asked: Asked) => void | Promise<void>>> = {
  'body of a 500 without end': (asked) => sendOn(asked, { status: 500, type: JSON_TYPE }, () => LETTERS),
  'JSON without end': (asked) => sendOn(asked, { type: JSON_TYPE, begin: '{"a":"' }, () => LETTERS),
  'JSON of empty lists without end': (asked) =>
    sendOn(asked, { type: JSON_TYPE, begin: '{"a":[[]' }, () => ',[]'.repeat(20_000)),
  'gzip bomb as JSON': (asked) => sendBomb(asked, 200),
  'gzip bomb as an error': (asked) => sendBomb(asked, 500),
  'line without end': (asked) => sendOn(asked, { type: STREAM, begin: 'data: {"a":"' }, () => LETTERS),
  'event of endless lines': (asked) => sendOn(asked, { type: STREAM }, () => `data: ${LETTERS}\n`),
  'event of endless short lines': (asked) => sendOn(asked, { type: STREAM }, () => 'data\n'.repeat(10_000)),
  'endless comments': (asked) => sendOn(asked, { type: STREAM }, () => `: ${LETTERS}\n\n`),
  'arguments of 100 MiB': (asked) => {
    const { beginCall, argumentsDelta } = FRAMES[asked.api];
    return sendOn(asked, { type: STREAM, begin: beginCall }, () => argumentsDelta(LETTERS), 100 * MIB);
  },
  'one delta of 50 MiB': (asked) => {
    const { begin, text } = FRAMES[asked.api];
    const delta = text('x'.repeat(50 * MIB));
    return sendOn(asked, { type: STREAM, begin }, () => delta, 50 * MIB);
  },
  'endless deltas of one character': (asked) => {
    const { begin, text } = FRAMES[asked.api];
    return sendOn(
      asked,
      { type: STREAM, begin },
      many(() => text('x'), 100),
    );
  },
  'endless deltas of 4 KiB': (asked) => {
    const { begin, text } = FRAMES[asked.api];
    const delta = text('x'.repeat(4_096));
    return sendOn(asked, { type: STREAM, begin }, () => delta);
  },
  'endless calls': (asked) => {
    const { begin, call } = FRAMES[asked.api];
    return sendOn(asked, { type: STREAM, begin }, many(call, 10));
  },
  'JSON nested 100,000 deep': (asked) => {
    const { begin } = FRAMES[asked.api];
    const nested = `data: {"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n\n`;
    return sendOn(asked, { type: STREAM, begin }, () => nested, 10 * MIB);
  },
};

/** `chat` for an address that names no other API. */
const apiOf = (url: string): HostileApi => {
  if (url.includes('/responses')) return 'responses';
  if (url.includes('/messages')) return 'messages';
  return url.includes(':streamGenerateContent') ? 'generate' : 'chat';
};

const startUpstream = async (): Promise<void> => {
  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const piece of request) chunks.push(piece as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const [, play] = Object.entries(HOSTILE_FAULTS).find(([name]) => body.includes(`about: ${name}.`)) ?? [];
    if (play === undefined) throw new Error('a request about no fault');
    await play({ api: apiOf(request.url ?? ''), response });
  };
  const server = http.createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The server under measurement may close a connection at any moment.
      if (!response.destroyed) throw error;
    });
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  answerParent({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
};

if (import.meta.main) await startUpstream();
