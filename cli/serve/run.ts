import { readEnvironment, readSettings } from '../../config/env.ts';
import type { Environment } from '../../config/provider-settings.ts';
import type { Settings } from '../../config/settings.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { type App, buildApp } from '../../src/app.ts';
import { ModelgraphError } from '../../src/core/errors.ts';
import { redactSecrets } from '../../src/core/secrets.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import type { Terminal } from '../terminal.ts';
import { createLog } from './create-log.ts';
import { logStart } from './log-start.ts';
import { watchNpm } from './watch-npm.ts';

/** A SIGINT that comes again within this is the same key press: npm forwards what the terminal has sent to both. */
const SAME_KEY_PRESS_MS = 1_000;

/** SIGHUP is left alone where there is nothing to read again: a terminal that is closed ends the server by it. */
const reloadOnHangup = (app: App, settings: Settings, log: ServiceLog): void => {
  const { accessFile, catalogueFile, catalogueUrl, trustedDocuments, vendorLists } = settings;
  const files = [accessFile, catalogueFile, catalogueUrl, ...trustedDocuments];
  if (!vendorLists && files.every((file) => file === null)) return;
  process.on('SIGHUP', () => {
    log.info(
      { signal: 'SIGHUP' },
      'reading the catalogue again, the rules for access, and the trusted documents',
    );
    app
      .reload()
      .catch((error: unknown) =>
        log.error(
          { err: error },
          'the catalogue, the rules for access or the trusted documents could not be read again',
        ),
      );
  });
};

const closeOnSignals = (app: App, log: ServiceLog): void => {
  let stoppingSince: number | null = null;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stoppingSince !== null) {
      if (signal === 'SIGINT' && performance.now() - stoppingSince < SAME_KEY_PRESS_MS) return;
      process.exit(1);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'shutting down; a second signal ends the server at once');
    await app.close();
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

/**
 * Starts the server, which then runs until a signal ends it. Gives the exit code: 1 where it could not start, and why is
 * written to `errors`.
 */
export const runServeCommand = async (given: Environment, terminal: Terminal): Promise<number> => {
  try {
    const settings = readSettings(Object.keys(MODEL_CONFIGS), given);
    const log = createLog(settings, terminal);
    const app = await buildApp(settings, log);
    reloadOnHangup(app, settings, log);
    const url = await app.listen();
    closeOnSignals(app, log);
    logStart(settings, { ...app.describe(), url }, log);
    return 0;
  } catch (error) {
    const reason =
      error instanceof ModelgraphError ? error.message : ((error as Error).stack ?? String(error));
    terminal.errors.write(`${redactSecrets(reason)}\n`);
    return 1;
  }
};
