import type { Server } from '../programs/servers.ts';

/** Profiles a server under some load, and returns lines for a report. Profiled runs are not part of a measurement. */
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
