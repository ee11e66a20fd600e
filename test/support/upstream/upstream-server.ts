import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly response: http.ServerResponse;
  /** Resolves once the exchange is over on this side: the response was sent, or the socket is gone. */
  readonly closed: Promise<void>;
}

export interface UpstreamServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly UpstreamRequest[];
  /** How many TCP connections were opened so far. */
  readonly connections: () => number;
  /** The request with that index, once it has arrived in full. */
  readonly request: (index: number) => Promise<UpstreamRequest>;
}

export interface UpstreamOptions {
  /** Asked once the head of a request has arrived; false: the request goes no further, and its socket is closed. */
  readonly takesBody?: (head: http.IncomingMessage) => Promise<boolean>;
}

/**
 * A vendor on 127.0.0.1 that answers as the handler says. `await using` closes it and every socket. A handler that throws
 * fails the test at once: its connection is cut, whoever waits for a request is told, and closing the vendor throws what
 * it threw.
 */
export const startUpstream = async (
  handler: (request: UpstreamRequest) => void | Promise<void>,
  { takesBody }: UpstreamOptions = {},
): Promise<UpstreamServer> => {
  const requests: UpstreamRequest[] = [];
  const arrivals: PromiseWithResolvers<UpstreamRequest>[] = [];
  const arrival = (index: number): PromiseWithResolvers<UpstreamRequest> =>
    (arrivals[index] ??= Promise.withResolvers<UpstreamRequest>());
  let connections = 0;
  const failures: unknown[] = [];
  const answer = async (incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const takes = takesBody?.(incoming);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch (error) {
      // Whoever was sending it is gone.
      if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return;
      throw error;
    }
    if ((await takes) === false) {
      incoming.destroy();
      return;
    }
    const request: UpstreamRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      response,
      closed,
    };
    requests.push(request);
    arrival(requests.length - 1).resolve(request);
    await handler(request);
  };
  // A connection that is closed for being idle may be closed under a request, where the machine is busy.
  const server = http.createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      failures.push(error);
      response.destroy();
      for (const pending of arrivals) pending?.reject(error);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    request: (index) => (failures.length > 0 ? Promise.reject(failures[0]) : arrival(index).promise),
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (failures.length > 0) throw failures[0];
    },
  };
};

/** Answers 200 with an event stream: the frames, then the end, unless it is to stay open. */
export const sendEventStream = async (
  { response }: UpstreamRequest,
  body: string,
  options: {
    readonly split?: number;
    readonly end?: boolean;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...options.headers });
  response.flushHeaders();
  const bytes = Buffer.from(body, 'utf8');
  const step = options.split ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
    response.write(bytes.subarray(at, at + step));
    // Lets the socket send what it has, so that cuts arrive as cuts.
    if (options.split !== undefined && at % (16 * step) === 0) await new Promise(setImmediate);
  }
  if (options.end !== false) response.end();
};

export const sendJson = (
  { response }: UpstreamRequest,
  body: unknown,
  options: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): void => {
  response.writeHead(options.status ?? 200, { 'content-type': 'application/json', ...options.headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
