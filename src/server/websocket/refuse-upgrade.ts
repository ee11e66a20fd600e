import type { Duplex } from 'node:stream';

/** Answers an upgrade that is not made, and closes the connection. */
export const refuseUpgrade = (
  socket: Duplex,
  status: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // The HTTP server no longer knows this socket: a client that keeps its side open would keep it, and a closing server.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(message)}\r\nconnection: close\r\n${more.join('')}\r\n${message}`,
  );
};
