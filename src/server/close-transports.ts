import type { Server } from 'node:http';
import type { WebSockets } from './websocket/websocket.ts';

/** How long clients have to take their last events and close, once every generation has ended. */
const CLOSE_GRACE_MS = 2_000;

export interface Transports {
  readonly server: Server;
  readonly sockets: WebSockets;
}

/** Takes no new connection, has the services end what runs, and closes every socket. */
export const closeTransports = async (
  { server, sockets }: Transports,
  stopServices: () => Promise<unknown>,
): Promise<void> => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  sockets.close();
  await stopServices();
  // Clients have their terminal events; one that does not read or close is not waited for any longer.
  const impatience = setTimeout(() => {
    sockets.terminate();
    server.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(impatience);
};
