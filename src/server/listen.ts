import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ModelgraphError } from '../core/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there already. Stop it, or set PORT to another one (0 takes any free port).',
  EACCES: 'this user may not listen there. Set PORT to 1024 or above.',
  EADDRNOTAVAIL: 'this machine does not have that address. Set HOST to one it has.',
  ENOTFOUND: 'that name is not known. Set HOST to an address of this machine.',
};

/** Addresses that stand for every one of the machine: no browser opens them. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Where the system hands each connection to one of several processes that listen on a port. A connection is never on its way
 * through another process there, in which it would hang when a worker that it was meant for dies.
 */
const SHARES_PORTS = process.platform === 'linux';

/**
 * Opens a port and gives its origin, of those that a browser on this machine can open. Throws an error that says what to do
 * where the port cannot be had. `isShared`: other workers of this server listen there as well.
 */
export const listen = async (
  server: Server,
  host: string,
  port: number,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port, host, reusePort: isShared && SHARES_PORTS }, resolve);
  try {
    await promise;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw new ModelgraphError('INTERNAL', `Cannot listen on ${host}, port ${port}: ${reason}`, {
      cause: error,
    });
  }
  server.off('error', reject);
  const { address: bound, family, port: opened } = server.address() as AddressInfo;
  const address = LOOPBACK_OF[bound] ?? bound;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${opened}`;
};
