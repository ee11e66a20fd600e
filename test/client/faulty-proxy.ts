import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens to one connection; undefined: nothing. */
export interface Fault {
  /** Bytes of the server that still reach the client; the connection is reset after them. */
  readonly afterReceived?: number;
  /** Bytes of the client that still reach the server; the connection is reset after them. */
  readonly afterSent?: number;
  /** What comes from the server is passed on in pieces of this many bytes. */
  readonly pieceBytes?: number;
}

/** A way to a server, by TCP, on which connections break as they do in a network. */
export interface FaultyProxy extends AsyncDisposable {
  /** The address of the server's endpoint by this way. */
  readonly url: string;
  /** How many connections were made. */
  readonly connections: () => number;
  /** How many of them were reset by their fault. */
  readonly broken: () => number;
  /** Resets every connection that is open; gives how many there were. */
  readonly cut: () => number;
  /** Nothing that the server says reaches the clients of the connections that are open, and nothing tells them. */
  readonly freeze: () => void;
  /** Refuses new connections from now on; `cut` what is open besides. */
  readonly close: () => void;
  readonly reopen: () => void;
  /** Resolves with the next connection, once it is made. */
  readonly connected: () => Promise<void>;
}

/** Passes bytes on until so many have gone through; `end` is called then. */
const forward = (
  from: Socket,
  to: Socket,
  after: number | undefined,
  pieceBytes: number,
  end: () => void,
): void => {
  let left = after ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk: Buffer) => {
    const passed = chunk.subarray(0, left);
    left -= passed.length;
    for (let at = 0; at < passed.length; at += pieceBytes) to.write(passed.subarray(at, at + pieceBytes));
    if (left > 0) return;
    // What has gone through arrives first.
    to.end(end);
  });
};

export const startFaultyProxy = async (
  target: string,
  findFault: (index: number) => Fault | undefined = () => undefined,
): Promise<FaultyProxy> => {
  const { hostname, port, pathname } = new URL(target);
  const open = new Set<() => void>();
  const servers = new Set<Socket>();
  let made = 0;
  let broken = 0;
  let isClosed = false;
  let wake: () => void = () => undefined;
  const server = createServer({ noDelay: true }, (near) => {
    if (isClosed) return void near.resetAndDestroy();
    const { afterReceived, afterSent, pieceBytes = 65_536 } = findFault(made) ?? {};
    made += 1;
    const far = connect({ port: Number(port), host: hostname, noDelay: true });
    const end = (): void => {
      open.delete(end);
      servers.delete(far);
      near.destroy();
      far.destroy();
    };
    open.add(end);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    const breakDown = (): void => {
      if (open.has(end)) broken += 1;
      end();
    };
    forward(near, far, afterSent, 65_536, breakDown);
    forward(far, near, afterReceived, pieceBytes, breakDown);
    servers.add(far);
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): number => {
    const ends = [...open];
    for (const end of ends) end();
    return ends.length;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    connections: () => made,
    broken: () => broken,
    cut,
    freeze: () => {
      for (const socket of servers) socket.pause();
    },
    close: () => {
      isClosed = true;
    },
    reopen: () => {
      isClosed = false;
    },
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
