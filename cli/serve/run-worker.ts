import { readSettings } from '../../config/env.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { Settings } from '../../config/settings.ts';
import { type App, type AppOverrides, buildApp } from '../../src/app.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import { WorkerLink } from '../../src/workers/worker-link.ts';
import { createTerminal, watchReader } from '../terminal.ts';
import { createLog } from './create-log.ts';
import { reloadOrReport } from './running-server.ts';
import { toReason } from './to-reason.ts';

/** A worker's part of what a server may do at once; at least one. The parts of all workers come to the whole. */
const toShare = (whole: number, workers: number, number: number): number =>
  Math.max(1, Math.floor(whole / workers) + (number <= whole % workers ? 1 : 0));

const toWorkerSettings = (settings: Settings, number: number): Settings => ({
  ...settings,
  batchConcurrency: toShare(settings.batchConcurrency, settings.workers, number),
});

/** All workers start with the same configuration: what it gives rise to is said by the first one. */
const quietUntilStarted = (log: ServiceLog, isStarted: () => boolean): ServiceLog => ({
  info: (fields, message) => (isStarted() ? log.info(fields, message) : undefined),
  warn: (fields, message) => (isStarted() ? log.warn(fields, message) : undefined),
  debug: (fields, message) => log.debug(fields, message),
  error: (fields, message) => log.error(fields, message),
});

/** Ends this process once what it has to say has been sent. A worker is kept alive by its channel. */
const stop = async (app: App, link: WorkerLink, log: ServiceLog): Promise<void> => {
  try {
    await link.send({ kind: 'draining' });
    await app.close();
    await link.sendLastMetrics();
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'a worker could not shut down cleanly');
    process.exit(1);
  }
};

/**
 * The signals of a terminal reach every process of the server at once, and those of a supervisor may: the primary says what is
 * to be done. SIGTERM that is sent to one worker alone drains it, and the primary replaces it.
 */
const followOrders = (link: WorkerLink, findApp: () => App | undefined, log: ServiceLog): void => {
  let isStopping = false;
  const stopOnce = (): void => {
    if (isStopping) return;
    isStopping = true;
    const app = findApp();
    // Nothing was served yet, and what is half open closes with the process.
    if (app === undefined) process.exit(0);
    void stop(app, link, log);
  };
  const reload = (): void => {
    const app = findApp();
    if (app !== undefined) reloadOrReport(app, log);
  };
  let isSignalled = false;
  process.on('SIGTERM', () => {
    if (isSignalled) process.exit(1);
    isSignalled = true;
    stopOnce();
  });
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  link.obey({ stop: stopOnce, reload });
};

/**
 * Serves as one of several workers, as the primary says that started this process with a number and the id of the server. Ends
 * the process where it cannot start.
 */
export const runWorker = async (
  [number = '', serverId = '']: readonly string[],
  overrides: AppOverrides = {},
): Promise<void> => {
  const link = new WorkerLink(process, Number(number), serverId);
  watchReader(true);
  let app: App | undefined;
  try {
    const settings = toWorkerSettings(readSettings(Object.keys(MODEL_CONFIGS)), link.number);
    const log = createLog(settings, createTerminal(), { worker: link.number });
    followOrders(link, () => app, log);
    const startLog = link.number === 1 ? log : quietUntilStarted(log, () => app !== undefined);
    const built = await buildApp(settings, startLog, { ...overrides, worker: link });
    const url = await built.listen();
    app = built;
    await link.send({ kind: 'ready', url, describes: built.describe() });
  } catch (error) {
    await link.send({ kind: 'failed', reason: toReason(error) });
    process.exit(1);
  }
};
