import { readSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { buildApp } from '../../../src/app.ts';
import { HURRIED } from './hurried-timing.ts';

const note = (fields: Readonly<Record<string, unknown>>, msg: string): void =>
  void process.stdout.write(`${JSON.stringify({ ...fields, msg })}\n`);

// The server as it is run, with its log on standard output, but with short leases and waits: a program of its own.
const app = await buildApp(
  readSettings(Object.keys(MODEL_CONFIGS)),
  { debug: () => {}, info: note, warn: note, error: note },
  HURRIED,
);
const url = await app.listen();
note({ url }, `Modelgraph is ready at ${url}`);
