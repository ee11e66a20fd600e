import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';
import type { Server } from './clients.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request with any method, path and headers, also such as `fetch` would not send. */
export const rawRequest = async (
  { url }: Server,
  options: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: http.OutgoingHttpHeaders;
    readonly body?: string;
    readonly agent?: http.Agent;
  } = {},
): Promise<RawAnswer> => {
  const { hostname, port, pathname } = new URL(url);
  const request = http.request({
    hostname,
    port,
    method: options.method ?? 'GET',
    path: options.path ?? pathname,
    headers: options.headers ?? {},
    agent: options.agent ?? false,
  });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
};

/** What the server answers to a WebSocket handshake: 101 when it accepts. */
export const handshakeStatus = async (
  { url }: Server,
  headers: Readonly<Record<string, string>>,
): Promise<number> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  socket.on('open', () => resolve(101));
  socket.on('unexpected-response', (request, response) => {
    resolve(response.statusCode ?? 0);
    request.destroy();
  });
  socket.on('error', reject);
  const status = await promise;
  socket.terminate();
  return status;
};
