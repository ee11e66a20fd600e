import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine whose connections can be cut, as a lost network cuts them. */
export interface ConnectionCutter extends AsyncDisposable {
  readonly port: number;
  /** Destroys every connection that is open, on both of its sides; gives how many there were. */
  readonly cut: () => number;
  /** Resolves when the next connection is made. */
  readonly connected: () => Promise<void>;
}

export const startConnectionCutter = async (target: URL): Promise<ConnectionCutter> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let wake: () => void = () => undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.pipe(far);
    far.pipe(near);
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): number => {
    const open = [...pairs];
    for (const [near, far] of open) {
      near.destroy();
      far.destroy();
    }
    return open.length;
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    connected: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      return promise;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
