import type { ServerResponse } from 'node:http';

/** Heartbeats in a row without a byte accepted by the client after which it counts as gone. */
const STALLED_HEARTBEATS = 3;

/**
 * Writes a heartbeat, which is no result, while nothing else is sent, so that proxies keep the stream open; a client that
 * has accepted nothing for several heartbeats is disconnected, since over HTTP nothing else would notice. Returns how to stop.
 */
export const startHeartbeat = (
  response: ServerResponse,
  heartbeat: string,
  heartbeatMs: number,
): (() => void) => {
  let stalled = 0;
  let lastAccepted = 0;
  const timer = setInterval(() => {
    const { socket } = response;
    // `bytesWritten` counts what is still waiting, too.
    const accepted = socket === null ? 0 : socket.bytesWritten - socket.writableLength;
    if (response.writableLength === 0) {
      stalled = 0;
      response.write(heartbeat);
    } else {
      stalled = accepted === lastAccepted ? stalled + 1 : 0;
      if (stalled >= STALLED_HEARTBEATS) response.destroy();
    }
    lastAccepted = accepted;
  }, heartbeatMs);
  return () => clearInterval(timer);
};
