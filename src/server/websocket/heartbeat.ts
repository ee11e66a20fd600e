import type { WebSocket } from 'ws';

/** Pings an open socket and ends it when a ping goes unanswered until the next one. Returns how to stop. */
export const startHeartbeat = (socket: WebSocket, heartbeatMs: number): (() => void) => {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, heartbeatMs);
  return () => clearInterval(timer);
};
