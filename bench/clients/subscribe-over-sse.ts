import http from 'node:http';
import type { Subscribe } from './subscription.ts';

/** Each stream has a connection of its own, whose cost is part of the measurement. */
const agent = new http.Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Parses an event stream, and passes on the data of each `next` event. */
const createReader = (receive: (json: string) => void, complete: () => void): ((chunk: string) => void) => {
  let buffer = '';
  return (chunk) => {
    buffer += chunk;
    let from = 0;
    for (let to = buffer.indexOf('\n\n'); to !== -1; to = buffer.indexOf('\n\n', from)) {
      const block = buffer.slice(from, to);
      from = to + 2;
      if (block.startsWith('event: next\n')) receive(block.slice(block.indexOf('\ndata: ') + 7));
      else if (block.startsWith('event: complete')) complete();
    }
    buffer = buffer.slice(from);
  };
};

/** GraphQL over SSE, distinct connections, on `node:http`, which costs the load generator little. */
export const subscribeOverSse: Subscribe = async (url, operation, receive) => {
  const ended = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<http.IncomingMessage>();
  const request = http.request(
    url,
    {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    },
    opened.resolve,
  );
  request.on('error', (error) => {
    opened.reject(error);
    ended.resolve();
  });
  request.end(JSON.stringify(operation));
  const response = await opened.promise;
  response.setEncoding('utf8');
  response.on('data', createReader(receive, ended.resolve));
  response.on('error', () => ended.resolve());
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
