import { buildApp } from '../../src/app.ts';
import type { StartServer } from './running-server.ts';

/** Starts a server that is this process alone. */
export const startAlone: StartServer = async (settings, log, onBuilt) => {
  const app = await buildApp(settings, log);
  onBuilt(app);
  const url = await app.listen();
  return { server: app, started: { ...app.describe(), url } };
};
