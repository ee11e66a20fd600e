import { once } from 'node:events';
import http from 'node:http';
import WebSocket from 'ws';
import type { Server } from '../support/app/clients.ts';
import type { ClientCase } from './client-case.ts';
import { BOUNDARY, type ClientDraft, toBody, toMessages, toMultipart } from './client-draft.ts';
import { createDice } from './dice.ts';
import { createProblem, type Problem } from './problem.ts';

/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 60_000;
/** How long a stream is read that does not end by itself. */
const STREAM_MS = 3_000;

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** Size of the writes; null: one write. */
  readonly pieceBytes: number | null;
}

const applied = (text: string, { byteChanges }: ClientDraft): Buffer =>
  byteChanges.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(text, 'utf8'));

const PREFLIGHT = { 'graphql-require-preflight': '1' };

/** What a client sends over HTTP. */
export const toHttpRequest = ({ seed, draft }: ClientCase, pathname: string): HttpRequest => {
  const { transport, headers } = draft;
  if (transport === 'get') {
    const search = new URLSearchParams({ query: draft.query, variables: draft.variables });
    // A request line holds no other bytes, and some 16 KiB of them.
    const query = applied(search.toString(), draft)
      .toString('latin1')
      .replaceAll(/[^!-~]/g, '%20')
      .slice(0, 12_000);
    return {
      method: 'GET',
      path: `${pathname}?${query}`,
      headers: { ...PREFLIGHT, ...headers },
      bytes: Buffer.alloc(0),
      pieceBytes: null,
    };
  }
  const isForm = transport === 'upload' || transport === 'batch file';
  const type = isForm ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json';
  const accept = transport === 'sse' ? { accept: 'text/event-stream' } : {};
  return {
    method: 'POST',
    path: pathname,
    headers: { ...PREFLIGHT, 'content-type': type, ...accept, ...headers },
    bytes: applied(isForm ? toMultipart(draft) : toBody(draft), draft),
    pieceBytes: createDice(seed * 16 + 14).pick([null, null, null, null, null, null, 7, 100]),
  };
};

interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const MOST_WRITES = 5_000;

const writeAll = (request: http.ClientRequest, { bytes, pieceBytes }: HttpRequest): void => {
  const size = Math.max(pieceBytes ?? bytes.length, Math.ceil(bytes.length / MOST_WRITES), 1);
  for (let at = 0; at < bytes.length; at += size) request.write(bytes.subarray(at, at + size));
  request.end();
};

/** The answer, or what was read of a stream; undefined where the connection was closed without one. */
const send = async ({ url }: Server, made: HttpRequest): Promise<HttpAnswer | 'silence' | undefined> => {
  const { hostname, port } = new URL(url);
  const { method, path, headers } = made;
  const request = http.request({ hostname, port, method, path, headers, agent: false });
  const answered = Promise.withResolvers<http.IncomingMessage | undefined>();
  const ended = Promise.withResolvers<void>();
  // A server may refuse a request before it has read it.
  request.on('error', () => answered.resolve(undefined));
  request.on('response', answered.resolve);
  let isSilent = false;
  const impatience = setTimeout(() => {
    isSilent = true;
    request.destroy();
  }, PATIENCE_MS);
  writeAll(request, made);
  const response = await answered.promise;
  if (response === undefined) {
    clearTimeout(impatience);
    return isSilent ? 'silence' : undefined;
  }
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (body += chunk));
  response.on('error', () => ended.resolve());
  response.on('close', () => ended.resolve());
  const isStream = response.headers['content-type']?.includes('event-stream') === true;
  const leaving = isStream ? setTimeout(() => request.destroy(), STREAM_MS) : undefined;
  await ended.promise;
  clearTimeout(impatience);
  clearTimeout(leaving);
  return isSilent ? 'silence' : { status: response.statusCode ?? 0, body };
};

const INTERNAL = /"code":\s*"INTERNAL".{0,100}/s;

const findAnswerProblems = (answer: HttpAnswer | 'silence' | undefined): readonly Problem[] => {
  if (answer === undefined) return [];
  if (answer === 'silence') return [createProblem(`no answer within ${PATIENCE_MS / 1_000} s`)];
  const problems: Problem[] = [];
  const internal = INTERNAL.exec(answer.body);
  if (internal !== null) problems.push(createProblem(internal[0], 'INTERNAL'));
  else if (answer.status === 500) problems.push(createProblem(`status 500: ${answer.body.slice(0, 200)}`));
  return problems;
};

const ENDED = /"type":"(?:complete|error)"/;

const runSocket = async ({ url }: Server, { draft, seed }: ClientCase): Promise<readonly Problem[]> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const problems: Problem[] = [];
  const left = Promise.withResolvers<void>();
  let ends = 0;
  socket.on('error', () => left.resolve());
  socket.on('close', (code, reason) => {
    if (code === 4500 || code === 1011)
      problems.push(createProblem(`closed with ${code}: ${String(reason)}`));
    left.resolve();
  });
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    const internal = INTERNAL.exec(text);
    if (internal !== null) problems.push(createProblem(internal[0], 'INTERNAL'));
    if (ENDED.test(text.slice(-80)) || ENDED.test(text.slice(0, 80))) ends += 1;
    // Two operations were sent; a changed message may be none.
    if (ends === 2) left.resolve();
  });
  await Promise.race([once(socket, 'open'), left.promise]);
  const messages = toMessages(draft);
  const changedAt = createDice(seed * 16 + 13).below(Math.max(1, messages.length));
  for (const [index, message] of messages.entries()) {
    if (socket.readyState !== socket.OPEN) break;
    const bytes = index === changedAt ? applied(message, draft) : Buffer.from(message, 'utf8');
    socket.send(bytes, { binary: draft.isBinary });
  }
  const impatience = setTimeout(() => left.resolve(), STREAM_MS);
  await left.promise;
  clearTimeout(impatience);
  socket.terminate();
  return problems;
};

/** Sends what the case has changed. Gives what is wrong with the answer; empty: nothing. */
export const runClientCase = async (server: Server, fuzzed: ClientCase): Promise<readonly Problem[]> => {
  if (fuzzed.draft.transport === 'websocket') return runSocket(server, fuzzed);
  return findAnswerProblems(await send(server, toHttpRequest(fuzzed, new URL(server.url).pathname)));
};
