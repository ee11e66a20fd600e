import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { request } from '../support/app/app.ts';
import { createRandom } from '../support/create-random.ts';
import { findBatchEngines, until } from '../support/databases/batch-database.ts';
import { startBillingVendor } from '../support/kills/billing-vendor.ts';
import { startBatchNodes } from '../support/kills/killable-nodes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';
/** So many that the limit is reached, however early in each of them a server is killed. */
const WAVES = 6;
const REQUESTS_A_WAVE = 100;
const NANO = 1e9;
const PROGRAM = fileURLToPath(new URL('../support/kills/budget-server.ts', import.meta.url));

/** About a fifth of what the requests may cost. */
const LIMIT_USD = 0.06;

const engines = (await findBatchEngines()).map((engine) => ({
  ...engine,
  nodes: engine.name === 'SQLite' ? 1 : 3,
}));

/** What a client that is cut off by a kill sees is not what the vendor bills. */
const askOnce = async (url: string): Promise<string> => {
  const input = { model: 'billed', prompt: 'Hello', maxOutputTokens: 400 };
  try {
    const { errors } = await request({ url }, GENERATE, { input });
    return errors === undefined ? 'done' : JSON.stringify(errors[0]?.extensions?.['code']);
  } catch {
    return 'cut off';
  }
};

describe.each(engines)('one budget on $name', { timeout: 180_000 }, ({ problem, open, nodes: count }) => {
  it.skipIf(problem !== null)(
    `is not overspent by what the vendor bills, though ${count} of its servers are killed at work, and nothing stays reserved`,
    async () => {
      const random = createRandom(14);
      await using folder = temporaryFolder();
      await using database = await open();
      await using vendor = await startBillingVendor(random);
      const { databaseUrl, dataDirectory } = database.settings;
      await using nodes = startBatchNodes({
        count,
        random,
        folder: folder.path,
        program: PROGRAM,
        ownEnvironment: (life) => ({ GROQ_API_KEY: life }),
        environment: {
          ...(databaseUrl != null && { DATABASE_URL: databaseUrl }),
          ...(dataDirectory != null && { MODELGRAPH_DATA: dataDirectory }),
          GROQ_BASE_URL: vendor.origin,
          BUDGET_USD: String(LIMIT_USD),
          MODELGRAPH_IDLE_TIMEOUT_MS: '2000',
          MODELGRAPH_MAX_RETRY_WAIT_MS: '100',
          MODELGRAPH_CIRCUIT_FAILURES: '0',
        },
      });
      const outcomes: string[] = [];
      let isAnyDone = false;
      for (let wave = 0; wave < WAVES; wave += 1) {
        const urls = await Promise.all(nodes.lives().map(({ url }) => url));
        const callsBefore = vendor.calls();
        const asked = Array.from({ length: REQUESTS_A_WAVE }, async (_, index) => {
          const outcome = await askOnce(urls[index % urls.length] ?? '');
          isAnyDone ||= outcome === 'done';
          return outcome;
        });
        // In the middle of its work, wherever that is: once something of it has been done.
        if (wave < WAVES - 1) {
          await Promise.race([
            until(async () => isAnyDone && vendor.calls() > callsBefore + 10 + 20 * random()),
            Promise.all(asked),
          ]);
          const [victim] = nodes.lives().slice(wave % count);
          if (victim !== undefined) await nodes.kill([victim]);
        }
        outcomes.push(...(await Promise.all(asked)));
        nodes.revive();
      }
      const one = async (sql: string): Promise<number> => Number((await database.query(sql))[0]?.['total']);
      await until(
        async () => (await one('SELECT count(*) AS total FROM generation WHERE finished_at IS NULL')) === 0,
      );
      const spent = await one('SELECT spent AS total FROM budget');
      expect(await one('SELECT reserved AS total FROM budget')).toBe(0);
      expect(await one('SELECT coalesce(sum(cost), 0) AS total FROM ledger')).toBe(spent);
      expect(await one('SELECT coalesce(sum(cost), 0) AS total FROM usage_day')).toBe(spent);
      expect(spent).toBeLessThanOrEqual(LIMIT_USD * NANO);
      expect(vendor.billedUsd()).toBeLessThanOrEqual(spent / NANO);
      // Something happened: it was spent for the most part, and some were refused.
      expect(spent).toBeGreaterThan(0.9 * LIMIT_USD * NANO);
      expect(outcomes).toContain('done');
      expect(outcomes).toContain('"BUDGET_EXCEEDED"');
      expect(outcomes).toContain('cut off');
    },
  );
});
