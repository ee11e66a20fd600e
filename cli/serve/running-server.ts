import { readEnvironment } from '../../config/env.ts';
import type { Settings } from '../../config/settings.ts';
import type { AppDescription } from '../../src/app.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import { watchNpm } from './watch-npm.ts';

/** A server as signals see it: of one process, or of several. */
export interface RunningServer {
  /** Resolves when nothing is open. */
  close(): Promise<void>;
  reload(): Promise<void>;
}

/** What a server says of itself once it serves. */
export interface Started extends AppDescription {
  readonly url: string;
}

/**
 * Starts a server and resolves once it serves. `onBuilt` is called when the server can be asked to read its files again. Rejects
 * with a message for the operator; nothing is left open then.
 */
export type StartServer = (
  settings: Settings,
  log: ServiceLog,
  onBuilt: (server: RunningServer) => void,
) => Promise<{ readonly server: RunningServer; readonly started: Started }>;

/** A SIGINT that comes again within this is the same key press: npm forwards what the terminal has sent to both. */
const SAME_KEY_PRESS_MS = 1_000;

/** Has a server read its files again; what fails goes to the log. */
export const reloadOrReport = (server: Pick<RunningServer, 'reload'>, log: ServiceLog): void => {
  server
    .reload()
    .catch((error: unknown) =>
      log.error(
        { err: error },
        'the catalogue, the rules for access or the trusted documents could not be read again',
      ),
    );
};

/** SIGHUP is left alone where there is nothing to read again: a terminal that is closed ends the server by it. */
export const reloadOnHangup = (server: RunningServer, settings: Settings, log: ServiceLog): void => {
  const { accessFile, catalogueFile, catalogueUrl, trustedDocuments, vendorLists } = settings;
  const files = [accessFile, catalogueFile, catalogueUrl, ...trustedDocuments];
  if (!vendorLists && files.every((file) => file === null)) return;
  process.on('SIGHUP', () => {
    log.info(
      { signal: 'SIGHUP' },
      'reading the catalogue again, the rules for access, and the trusted documents',
    );
    reloadOrReport(server, log);
  });
};

/** SIGTERM and SIGINT close a server; the second one ends its process at once. */
export const closeOnSignals = (server: RunningServer, log: ServiceLog): void => {
  let stoppingSince: number | null = null;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stoppingSince !== null) {
      if (signal === 'SIGINT' && performance.now() - stoppingSince < SAME_KEY_PRESS_MS) return;
      process.exit(1);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'shutting down; a second signal ends the server at once');
    await server.close();
    log.info({}, 'stopped');
  };
  const stopOrFail = (signal: NodeJS.Signals): void => {
    stop(signal).catch((error: unknown) => {
      log.error({ err: error }, 'the server could not shut down cleanly');
      process.exit(1);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stopOrFail);
  watchNpm(readEnvironment(), () => {
    if (stoppingSince === null) stopOrFail('SIGTERM');
  });
};
