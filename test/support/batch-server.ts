import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { readSettings } from '../../config/env.ts';
import { buildApp } from '../../src/app.ts';

/** The server as it is run, but in a hurry: a program of its own, which tells its parent its address. */
const note =
  (level: string) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void => {
    if (process.env['BATCH_SERVER_LOG'] === 'on')
      process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`);
  };

const app = await buildApp(
  readSettings(Object.keys(MODEL_CONFIGS)),
  { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') },
  {
    batchTiming: {
      leaseMs: 1_000,
      lookMs: 50,
      firstPollMs: 20,
      maxPollMs: 100,
      settleMs: 300,
      keylessSettleMs: 300,
      followMs: 200,
      followGapMs: 0,
    },
  },
);
process.send?.({ url: await app.listen() });
