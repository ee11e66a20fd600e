import http from 'node:http';
import type { Subscribe } from './subscription.ts';

/** No connection is used twice: that is what an open stream costs. */
const agent = new http.Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Hands over the data of each `next` event of what arrives. */
const createReader = (receive: (json: string) => void, complete: () => void): ((chunk: string) => void) => {
  let buffer = '';
  return (chunk) => {
    buffer += chunk;
    let from = 0;
    for (let to = buffer.indexOf('\n\n'); to !== -1; to = buffer.indexOf('\n\n', from)) {
      const block = buffer.slice(from, to);
      from = to + 2;
      if (block.startsWith('event: next\ndata: ')) receive(block.slice(18));
      else if (block.startsWith('event: complete')) complete();
    }
    buffer = buffer.slice(from);
  };
};

/** GraphQL over SSE, distinct connections, on `node:http`: a client that costs the measuring side little. */
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
