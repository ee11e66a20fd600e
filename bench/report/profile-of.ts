import type { Server } from '../programs/servers.ts';

/** Where a server's time goes while something is done with it, as lines for a report. Nothing is measured meanwhile. */
export const profileOf = async (
  starting: Promise<Server>,
  doWith: (server: Server) => Promise<void>,
): Promise<readonly string[]> => {
  await using server = await starting;
  await server.child.ask('startProfile');
  await doWith(server);
  const lines = await server.child.ask<readonly string[]>('stopProfile');
  return ['CPU time of the server by owner of the code, in a run of its own:', ...lines];
};
