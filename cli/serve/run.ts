import { readEnvironment, readSettings } from '../../config/env.ts';
import type { Environment } from '../../config/provider-settings.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { Settings } from '../../config/settings.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import type { Terminal } from '../terminal.ts';
import { createLog } from './create-log.ts';
import { logStart } from './log-start.ts';
import { toReason } from './to-reason.ts';
import { closeOnSignals, reloadOnHangup, type StartServer } from './running-server.ts';

/** The parts of a server are loaded by the process that needs them: the primary of several workers serves nothing. */
const loadStart = async (
  { workers }: Settings,
  environment: Environment,
  onFailed: (error: Error) => void,
): Promise<StartServer> => {
  if (workers > 1) {
    const { createWorkersStart } = await import('./run-workers.ts');
    return createWorkersStart({ environment, onFailed });
  }
  const { startAlone } = await import('./start-alone.ts');
  return startAlone;
};

const start = async (
  settings: Settings,
  environment: Environment,
  log: ServiceLog,
  onFailed: (error: Error) => void,
): Promise<void> => {
  const startServer = await loadStart(settings, environment, onFailed);
  const { server, started } = await startServer(settings, log, (beginning) =>
    reloadOnHangup(beginning, settings, log),
  );
  closeOnSignals(server, log);
  logStart(settings, started, log);
};

/**
 * Starts the server, which then runs until a signal ends it. Gives the exit code: 1 where it could not start, and why is
 * written to `errors`. A server whose workers cannot be started any more ends its process with 1 as well.
 */
export const runServeCommand = async (given: Environment, terminal: Terminal): Promise<number> => {
  const report = (error: unknown): void => void terminal.errors.write(`${toReason(error)}\n`);
  try {
    const settings = readSettings(Object.keys(MODEL_CONFIGS), given);
    await start(settings, { ...readEnvironment(), ...given }, createLog(settings, terminal), (error) => {
      report(error);
      process.exit(1);
    });
    return 0;
  } catch (error) {
    report(error);
    return 1;
  }
};
