import { fileURLToPath } from 'node:url';
import { createWorkersStart } from '../../../cli/serve/run-workers.ts';
import { closeOnSignals, reloadOnHangup } from '../../../cli/serve/running-server.ts';
import { readEnvironment, readSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';

const note = (fields: Readonly<Record<string, unknown>>, msg: string): void =>
  void process.stdout.write(`${JSON.stringify({ ...fields, msg })}\n`);
const log = { debug: () => {}, info: note, warn: note, error: note };

// A server of several workers as it is run, but with short leases and waits: a program of its own.
const settings = readSettings(Object.keys(MODEL_CONFIGS));
const startServer = createWorkersStart({
  environment: readEnvironment(),
  program: fileURLToPath(new URL('hurried-worker.ts', import.meta.url)),
  onFailed(error) {
    note({}, error.message);
    process.exit(1);
  },
});
const { server, started } = await startServer(settings, log, (built) => reloadOnHangup(built, settings, log));
closeOnSignals(server, log);
note({ url: started.url }, `Modelgraph is ready at ${started.url}`);
