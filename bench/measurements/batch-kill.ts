import { MOMENTS, type Moment, VENDORS } from '../../test/support/batch-vendors/batch-moments.ts';
import { ITEMS_A_PART } from '../../test/support/batch-vendors/batch-models.ts';
import { killBatches, type KillReport } from '../../test/support/kills/kill-batches.ts';
import { leaveServerCore, useEveryCore } from '../programs/child-process.ts';
import type { Measurement, Verdict } from '../report/measurement.ts';
import { startSharedDatabase } from '../programs/shared-database.ts';

const ITEMS = 700;
const SEED = 20_261_122;

const WHEN: Readonly<Record<Moment | 'other', string>> = {
  'taking in': 'while the submission is taken in, before anything is uploaded',
  uploading: 'while the requests are uploaded',
  uploaded: 'between upload and create',
  creating: 'as the vendor has the request that creates the batch, and has not answered',
  created: 'just after it has answered',
  searching: 'while a submission that was cut off is searched for at the vendor',
  polling: 'while polling',
  streaming: 'while results stream in, a part of them stored or not',
  streamed: 'after the last result has come, before the batch has ended',
  other: 'at another moment',
};

type Row = readonly [engine: string, report: KillReport];

const rowOf = ([engine, report]: Row): string[] => [
  engine,
  ...[
    report.kills,
    report.killsOfAll,
    report.batches,
    report.lost,
    report.doubled,
    report.wrongItems,
    report.wrongSums,
  ].map(String),
];

const verdictsOf = ([engine, report]: Row, isFull: boolean): Verdict[] => {
  const { moments, lost, doubled, wrongItems, wrongSums } = report;
  const missed = MOMENTS.filter((moment) => VENDORS.every((vendor) => moments[moment][vendor] === 0));
  const came = missed.length === 0;
  return [
    {
      goal: `${engine}: no batch lost or doubled, no result missing or counted twice`,
      found: `${lost} lost, ${doubled} doubled, ${wrongItems} wrong items, ${wrongSums} wrong sums`,
      reached: lost + doubled + wrongItems + wrongSums === 0,
    },
    {
      goal: `${engine}: killed at each of the moments`,
      found: came ? 'all of them' : `not: ${missed.join(', ')}`,
      // A quick run has too few kills for all moments.
      reached: came || (isFull ? false : null),
    },
  ];
};

export const batchKill: Measurement = {
  name: 'batch-kill',
  title: 'Batches of servers that are killed repeatedly',
  run: async ({ pick, say, quick, databaseUrl: givenUrl }) => {
    const kills = pick(100, 10);
    const rows: Row[] = [];
    const notes: string[] = [];
    const kill = async (engine: string, databaseUrl: string | null): Promise<void> => {
      say(`${engine}, ${kills} kills`);
      const began = performance.now();
      rows.push([engine, await killBatches({ seed: SEED, kills, itemsPerBatch: ITEMS, databaseUrl, say })]);
      notes.push(`${engine}: ${((performance.now() - began) / 1_000).toFixed(0)} s.`);
    };
    // No times are measured here.
    useEveryCore();
    try {
      await kill('SQLite, one node', null);
      const database = await startSharedDatabase(givenUrl);
      if (typeof database === 'string') notes.push(`PostgreSQL: not measured: ${database}`);
      else {
        await using shared = database;
        await kill('PostgreSQL, two nodes', shared.url);
      }
    } finally {
      leaveServerCore();
    }
    return {
      method: `Servers as processes, killed with SIGKILL and started again, at moments that a plan of fixed seed picks one by one: a vendor on a socket reports when the moment has come, and waits; the kill follows within 20 ms, or within 200 ms while results stream in, so that some are stored by then. No times are measured, every core is used, and there is one run for each store. One vendor has the API of OpenAI, which stores our key with a batch; another has that of Anthropic, which stores no key, so that only its list shows its batches. With two nodes, the working one is killed, or both; the other continues, and a killed node restarts within 1.5 s. Meanwhile clients keep three batches of ${ITEMS} requests under way, half of them in parts of ${ITEMS_A_PART}: they submit under an idempotency key, again after a kill, poll or follow on any node, and read all items as soon as a batch is completed.`,
      tables: [
        {
          title: 'Results of the batches',
          head: ['store', 'kills', 'of all nodes', 'batches', 'lost', 'doubled', 'wrong items', 'wrong sums'],
          rows: rows.map(rowOf),
        },
        {
          title: 'Kills by moment: at the vendor of OpenAI’s shape + of Anthropic’s',
          head: ['killed', ...rows.map(([engine]) => engine)],
          rows: [...MOMENTS, 'other' as const].map((moment) => [
            WHEN[moment],
            ...rows.map(([, { moments }]) => VENDORS.map((vendor) => moments[moment][vendor]).join(' + ')),
          ]),
        },
      ],
      verdicts: rows.flatMap((row) => verdictsOf(row, !quick)),
      notes,
    };
  },
};
