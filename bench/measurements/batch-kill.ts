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
      // So few kills need not come to all of them.
      reached: came || (isFull ? false : null),
    },
  ];
};

export const batchKill: Measurement = {
  name: 'batch-kill',
  title: 'Batches of servers that are killed again and again',
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
    // Nothing is timed here.
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
      method: `Servers as processes, killed with SIGKILL and started again, at moments that a plan of fixed seed picks one by one: a vendor on a socket tells when the moment has come, and waits, and the kill follows within 20 ms, or within 200 ms while results stream in, so that some are stored by then. Nothing is timed, every core is used, and there is one run of each store. There is a vendor of OpenAI's shape, which stores our key with a batch, and one of Anthropic's, which stores nothing, so that only its list tells what it has. With two nodes it is the one at work that dies, or both; the other goes on, and the dead may stay away for up to 1.5 s. Meanwhile clients keep three batches of ${ITEMS} requests under way, half of them in parts of ${ITEMS_A_PART}: they submit under an idempotency key, again after a kill, poll or follow on any node, and read all items as soon as a batch is completed.`,
      tables: [
        {
          title: 'What came of the batches',
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
