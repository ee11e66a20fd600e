import { once } from 'node:events';
import WebSocket from 'ws';
import type { Operation, Subscribe, Subscription } from './subscription.ts';

/** An acknowledged socket for any number of subscriptions. */
export interface GraphqlSocket {
  subscribe(operation: Operation, receive: (json: string) => void): Subscription;
  close(): void;
}

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

const NEXT = /^\{"id":"(\d+)","type":"next","payload":/;

/** A minimal client of graphql-transport-ws, which costs the load generator little. */
export const connectWebSocket = async (url: string): Promise<GraphqlSocket> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  const open = new Map<string, { receive: (json: string) => void; end: () => void }>();
  const acknowledged = Promise.withResolvers<void>();
  const endAll = (): void => {
    for (const { end } of open.values()) end();
    acknowledged.resolve();
  };
  const take = ({ id = '', type, payload }: Message): void => {
    if (type === 'connection_ack') acknowledged.resolve();
    else if (type === 'ping') socket.send('{"type":"pong"}');
    else if (type === 'next') open.get(id)?.receive(JSON.stringify(payload));
    else if (type === 'error') open.get(id)?.receive(JSON.stringify({ errors: payload }));
    if (type === 'complete' || type === 'error') open.get(id)?.end();
  };
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    const next = NEXT.exec(text);
    if (next === null) take(JSON.parse(text) as Message);
    else open.get(next[1] ?? '')?.receive(text.slice(next[0].length, -1));
  });
  await once(socket, 'open');
  // After the connection is open, an error counts as the end of its subscriptions.
  socket.on('error', endAll);
  socket.on('close', endAll);
  socket.send('{"type":"connection_init"}');
  await acknowledged.promise;
  let lastId = 0;
  return {
    close: () => socket.close(),
    subscribe: (operation, receive) => {
      lastId += 1;
      const id = String(lastId);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const end = (): void => {
        open.delete(id);
        resolve();
      };
      open.set(id, { receive, end });
      if (socket.readyState === socket.OPEN)
        socket.send(JSON.stringify({ id, type: 'subscribe', payload: operation }));
      else end();
      return {
        ended,
        leave: () => {
          if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, type: 'complete' }));
          end();
        },
        drop: () => socket.terminate(),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
      };
    },
  };
};

/** A subscription on a socket of its own, which is closed at the end of the subscription. */
export const subscribeOverWebSocket: Subscribe = async (url, operation, receive) => {
  const socket = await connectWebSocket(url);
  const subscription = socket.subscribe(operation, receive);
  void subscription.ended.then(() => socket.close());
  return subscription;
};
