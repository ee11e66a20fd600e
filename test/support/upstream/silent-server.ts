import { once } from 'node:events';
import net from 'node:net';

export interface SilentServer extends AsyncDisposable {
  readonly origin: string;
  /** Resolves once the other side has closed the connection with that index. */
  readonly closed: (index: number) => Promise<void>;
}

/** A server that takes every connection and never says a word: to an https client its handshake hangs. */
export const startSilentServer = async (): Promise<SilentServer> => {
  const sockets: net.Socket[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const endOf = (index: number): PromiseWithResolvers<void> =>
    (ends[index] ??= Promise.withResolvers<void>());
  const server = net.createServer((socket) => {
    const { resolve } = endOf(sockets.push(socket) - 1);
    // A client that gives up may reset the connection: that is an end like any other here.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    closed: (index) => endOf(index).promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
