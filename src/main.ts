import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Node keeps what it makes of sources that are imported from here on: later starts take two thirds of the work.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));

const start = async (): Promise<void> => {
  const { pino, stdTimeFunctions } = await import('pino');
  const { readSettings } = await import('../config/env.ts');
  const { MODEL_CONFIGS } = await import('../config/providers/index.ts');
  const { buildApp } = await import('./app.ts');
  const settings = readSettings(Object.keys(MODEL_CONFIGS));
  const log = pino({
    level: settings.logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
  const app = await buildApp(settings, log);
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
  const { ModelgraphError } = await import('./core/errors.ts');
  process.stderr.write(`${error instanceof ModelgraphError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
