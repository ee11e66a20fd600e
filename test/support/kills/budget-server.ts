import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { readSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { buildApp } from '../../../src/app.ts';
import { BILLED_MODEL } from './billed-model.ts';
import { asPrincipal, withBudgets } from '../app/as-principal.ts';

/**
 * The server as it is run, with short leases and one budget for all that is asked of it: a program of its own. It loads
 * itself, begins once its parent says so, and tells its parent its address.
 */
process.on('disconnect', () => process.exit());
await Promise.all([
  import('../../../src/providers/text/groq/provider.ts'),
  import('../../../src/stores/db/postgres-db.ts'),
]);
flushCompileCache();
await once(process, 'message');
const limitUsd = Number(process.env['BUDGET_USD']);
const settings = readSettings(Object.keys(MODEL_CONFIGS));
const ignore = (): void => {};
const app = await buildApp(
  settings,
  { debug: ignore, info: ignore, warn: ignore, error: ignore },
  {
    models: [BILLED_MODEL],
    aliases: {},
    timing: { leaseMs: 1_500, pollMs: 200 },
    plugins: limitUsd > 0 ? [asPrincipal(withBudgets({ scope: 'key', period: 'total', limitUsd }))] : [],
  },
);
process.send?.({ url: await app.listen() });
