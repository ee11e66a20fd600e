import { createServer } from 'node:http';
import type { Settings } from '../../config/settings.ts';
import { isLoopback } from '../../src/core/is-loopback.ts';
import { listen } from '../../src/server/listen.ts';
import { type Finding, note, ok, toProblems } from './finding.ts';

/** Who may use the server. */
export const checkAccess = ({ host, apiKeys, accessFile, jwt }: Settings): readonly Finding[] => {
  const reach = isLoopback(host) ? 'this machine' : 'other machines';
  const ways = [
    ...(apiKeys.length > 0 ? [`the keys ${apiKeys.map(({ id }) => id).join(', ')}`] : []),
    ...(accessFile === null ? [] : [`what ${accessFile} allows`]),
    ...(jwt === null ? [] : [`tokens of ${jwt.issuer}`]),
  ];
  const detail =
    ways.length === 0 ? `open to any client on ${reach}` : `with ${ways.join('; ')}, from ${reach}`;
  return [ok('access', detail)];
};

const isInUse = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE';

/** Opens the port for a moment. One that is taken may be taken by the server whose configuration this is. */
export const checkAddress = async ({ host, port }: Settings): Promise<readonly Finding[]> => {
  const part = 'address';
  const server = createServer();
  try {
    const origin = await listen(server, host, port);
    return [ok(part, port === 0 ? `${host}, any free port` : `${origin} is free`)];
  } catch (error) {
    if (isInUse(error))
      return [note(part, `a program listens on ${host}, port ${port} already: this server?`)];
    return toProblems(part, error);
  } finally {
    server.close();
  }
};
