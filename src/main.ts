import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Node keeps what it makes of sources that are imported from here on: later starts take two thirds of the work.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));

/** A SIGINT that comes again within this is the same key press: npm forwards what the terminal has sent to both. */
const SAME_KEY_PRESS_MS = 1_000;

const start = async (): Promise<void> => {
  const { pino, stdTimeFunctions } = await import('pino');
  const { readSettings } = await import('../config/env.ts');
  const { servesPlayground } = await import('../config/trusted-documents.ts');
  const { MODEL_CONFIGS } = await import('../config/providers/index.ts');
  const { buildApp } = await import('./app.ts');
  const { redactSecrets } = await import('./core/secrets.ts');
  const settings = readSettings(Object.keys(MODEL_CONFIGS));
  const log = pino({
    level: settings.logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    // Whatever a line was made of, a key of this server is not in it.
    hooks: { streamWrite: redactSecrets },
  });
  const app = await buildApp(settings, log);
  // Left alone where there is nothing to read again: a terminal that is closed ends the server by it.
  const { accessFile, catalogueFile, catalogueUrl, trustedDocuments, vendorLists } = settings;
  const files = [accessFile, catalogueFile, catalogueUrl, ...trustedDocuments];
  if (vendorLists || files.some((file) => file !== null))
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
  const url = await app.listen();
  log.info({ url, playground: servesPlayground(settings) }, `Modelgraph is ready at ${url}`);
  log.info({}, 'the demo models are scripts that answer without a key; they are not language models');
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
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, (name) => {
      stop(name).catch((error: unknown) => {
        log.error({ err: error }, 'the server could not shut down cleanly');
        process.exit(1);
      });
    });
};

try {
  await start();
} catch (error) {
  const { ModelgraphError } = await import('./core/errors.ts');
  const { redactSecrets } = await import('./core/secrets.ts');
  const reason = error instanceof ModelgraphError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`${redactSecrets(reason)}\n`);
  process.exitCode = 1;
}
