import { startPostgres } from '../../test/support/postgres-server.ts';
import { killBatches, type KillReport } from '../../test/support/kill-batches.ts';
import type { Measurement, Verdict } from '../measurement.ts';

const ITEMS = 600;
const SEED = 20_261_122;

const rowOf = (engine: string, report: KillReport): string[] => [
  engine,
  ...[report.kills, report.batches, report.doubled, report.wrongItems, report.wrongSums].map(String),
];

const verdictOf = (engine: string, { doubled, wrongItems, wrongSums }: KillReport): Verdict => ({
  goal: `${engine}: no batch lost or doubled, no result missing or counted twice`,
  found: `${doubled} doubled, ${wrongItems} wrong items, ${wrongSums} wrong sums`,
  reached: doubled + wrongItems + wrongSums === 0,
});

export const batchKill: Measurement = {
  name: 'batch-kill',
  title: 'Batches of a server that is killed again and again',
  run: async ({ pick, say }) => {
    const kills = pick(100, 10);
    const kill = (databaseUrl: string | null): Promise<KillReport> =>
      killBatches({ seed: SEED, kills, itemsPerBatch: ITEMS, databaseUrl });
    say(`SQLite, ${kills} kills`);
    const reports: [string, KillReport][] = [['SQLite', await kill(null)]];
    const postgres = await startPostgres();
    try {
      say(`PostgreSQL, ${kills} kills`);
      reports.push(['PostgreSQL', await kill(postgres.url)]);
    } finally {
      await postgres.remove();
    }
    return {
      method: `The server as a process, killed with SIGKILL at random moments (fixed seed) while it takes in, submits, polls and reads batches of ${ITEMS} requests of a vendor on a socket that answers late, then started again. Each batch lives through one to three kills; submissions are repeated under their idempotency key.`,
      tables: [
        {
          title: 'What came of the batches',
          head: ['store', 'kills', 'batches', 'doubled at the vendor', 'wrong items', 'wrong sums'],
          rows: reports.map(([engine, report]) => rowOf(engine, report)),
        },
      ],
      verdicts: reports.map(([engine, report]) => verdictOf(engine, report)),
      notes: [],
    };
  },
};
