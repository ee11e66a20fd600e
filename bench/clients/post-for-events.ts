import http from 'node:http';
import type { Subscription } from './subscription.ts';

/** A connection for each stream, whose cost is part of a measurement. */
const ONE_EACH = new http.Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Connections that are open already when a stream begins. */
export const KEPT_ALIVE = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

export interface EventsRequest {
  readonly url: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Left out: a connection of its own. */
  readonly agent?: http.Agent;
}

/** Passes on each event of an event stream, without its empty line. */
const createSplitter = (receive: (event: string) => void): ((chunk: string) => void) => {
  let buffer = '';
  return (chunk) => {
    buffer += chunk;
    let from = 0;
    for (let to = buffer.indexOf('\n\n'); to !== -1; to = buffer.indexOf('\n\n', from)) {
      receive(buffer.slice(from, to));
      from = to + 2;
    }
    buffer = buffer.slice(from);
  };
};

/** Reads an event stream on `node:http`, which costs the load generator little. Rejects where there is none. */
export const postForEvents = async (
  { url, body, headers, agent = ONE_EACH }: EventsRequest,
  receive: (event: string) => void,
): Promise<Subscription> => {
  const ended = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<http.IncomingMessage>();
  const request = http.request(
    url,
    {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    },
    opened.resolve,
  );
  request.on('error', (error) => {
    opened.reject(error);
    ended.resolve();
  });
  request.end(JSON.stringify(body));
  const response = await opened.promise;
  if (response.statusCode !== 200) {
    request.destroy();
    throw new Error(`${url} answered ${response.statusCode}`);
  }
  response.setEncoding('utf8');
  response.on('data', createSplitter(receive));
  response.on('error', () => ended.resolve());
  // Once the response is closed, its connection is free for the next stream.
  response.on('close', () => ended.resolve());
  const drop = (): void => void request.destroy();
  return {
    ended: ended.promise,
    leave: drop,
    drop,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
  };
};
