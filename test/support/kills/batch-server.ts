import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { readSettings } from '../../../config/env.ts';
import { buildApp } from '../../../src/app.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { withSmallParts } from '../batch-vendors/batch-models.ts';

/**
 * The server as it is run, but in a hurry: a program of its own. It loads itself, begins once its parent says so, and
 * tells its parent its address.
 */
const note =
  (level: string) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void => {
    if (process.env['BATCH_SERVER_LOG'] === 'on')
      process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`);
  };

process.on('disconnect', () => process.exit());
const models: readonly ModelConfig[] = Object.values(MODEL_CONFIGS).flatMap((configs) =>
  Object.values<ModelConfig>(configs),
);
await Promise.all([
  import('../../../src/providers/text/openai/provider.ts'),
  import('../../../src/providers/text/anthropic/provider.ts'),
  import('../../../src/stores/db/postgres-db.ts'),
]);
// Before it is killed: the next life finds its code compiled.
flushCompileCache();
await once(process, 'message');
const app = await buildApp(
  readSettings(Object.keys(MODEL_CONFIGS)),
  { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') },
  {
    models: models.map(withSmallParts),
    batchTiming: {
      leaseMs: 1_000,
      claimPollMs: 50,
      firstPollMs: 20,
      maxPollMs: 100,
      settleMs: 300,
      keylessSettleMs: 300,
      subscriptionPollMs: 200,
      subscriptionGapMs: 0,
    },
  },
);
process.send?.({ url: await app.listen() });
