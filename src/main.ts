import { pino, stdTimeFunctions } from 'pino';
import { readSettings } from '../config/env.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { buildApp } from './app.ts';
import { ModelgraphError } from './core/errors.ts';

const start = async (): Promise<void> => {
  const settings = readSettings(Object.keys(MODEL_CONFIGS));
  const log = pino({
    level: settings.logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
  const app = buildApp(settings, log);
  const url = await app.listen();
  log.info({ url, playground: settings.playground }, `Modelgraph is ready at ${url}`);
  log.info({}, 'the demo models are scripts that answer without a key; they are not language models');

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'shutting down');
    await app.close();
    log.info({}, 'stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, (name) => void stop(name));
};

try {
  await start();
} catch (error) {
  const reason = error instanceof ModelgraphError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
