import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';

/**
 * Pings an open socket and ends it when a ping goes unanswered until the next one. An answer repeats what the ping brought, so
 * that a client cannot send answers without having read. Returns how to stop.
 */
export const startHeartbeat = (socket: WebSocket, heartbeatMs: number): (() => void) => {
  let awaited: Buffer | undefined;
  socket.on('pong', (data) => {
    if (awaited?.equals(data) === true) awaited = undefined;
  });
  const timer = setInterval(() => {
    if (awaited !== undefined) return socket.terminate();
    awaited = randomBytes(8);
    socket.ping(awaited);
  }, heartbeatMs);
  return () => clearInterval(timer);
};
