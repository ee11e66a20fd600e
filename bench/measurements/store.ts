import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { WEB_SOCKET } from '../clients/transports.ts';
import { PRESENT } from '../programs/builds.ts';
import { toFigures } from '../report/figures.ts';
import type { Measurement, Report, Scale } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds, type Rounds, type Subject } from './alternate.ts';

/** Short generations: each begins and ends with a commit that has to reach the disk. */
const PLAN = { deltas: 25, intervalMs: 20 } as const;
const MAX_HELD_MS = 1;

const IN_MEMORY = 'in memory';
const ON_DISK = 'on disk';

const COLUMNS: readonly (readonly [title: string, read: (run: StreamRun) => number])[] = [
  ['loop delay p50, ms', ({ loopDelayP50Ms }) => loopDelayP50Ms],
  ['loop delay p99, ms', ({ loopDelayP99Ms }) => loopDelayP99Ms],
  ['delay p50, ms', ({ delayP50Ms }) => delayP50Ms],
  ['delay p99, ms', ({ delayP99Ms }) => delayP99Ms],
  ['CPU µs per delta', ({ cpuUsPerDelta }) => cpuUsPerDelta],
];

/** How much longer the loop is late with a disk than without one, within each round. */
const heldBy = (rounds: Rounds<StreamRun>) => {
  const memory = getRounds(rounds, IN_MEMORY);
  return spreadOf(
    getRounds(rounds, ON_DISK).map(
      ({ loopDelayP99Ms }, index) => loopDelayP99Ms - (memory[index]?.loopDelayP99Ms ?? Number.NaN),
    ),
  );
};

const measure = async ({ runs, pick, say }: Scale): Promise<Report> => {
  await using stack = new AsyncDisposableStack();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
  stack.defer(() => rm(dataDirectory, { recursive: true }));
  const streams = pick(600, 200);
  const subjects: Subject<StreamRun>[] = [];
  for (const [name, settings] of [
    [IN_MEMORY, { dataDirectory: null }],
    [ON_DISK, { dataDirectory }],
  ] as const) {
    const server = stack.use(await PRESENT.start({ settings }));
    subjects.push({ name, measure: () => readStreams(server, WEB_SOCKET.subscribe, streams, PLAN) });
  }
  const rounds = await alternate(subjects, {
    runs,
    warmsUp: true,
    onRound: (round) => say(`round ${round} of ${runs}`),
  });
  const held = heldBy(rounds);
  const isReached = held.median <= MAX_HELD_MS;
  return {
    method: `${streams} generations of ${PLAN.deltas} deltas, one every ${PLAN.intervalMs} ms, opened 50 at a time over graphql-ws, from a source in the server's own process. The same server stores them in memory, or in SQLite on this machine's disk as \`npm start\` does. The loop delay is how much later a timer of 1 ms fires, over the whole round.`,
    tables: [
      {
        title: 'Short generations',
        head: ['', ...COLUMNS.map(([title]) => title)],
        rows: subjects.map(({ name }) => [
          name,
          ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(getRounds(rounds, name).map(read)))),
        ]),
      },
    ],
    verdicts: [
      {
        goal: `the disk holds the event loop for ${MAX_HELD_MS} ms at most, p99`,
        found: `${toSpreadText(held)} ms`,
        reached: isReached,
      },
    ],
    notes: isReached
      ? []
      : await profileOf(PRESENT.start({ settings: { dataDirectory } }), async (server) => {
          await readStreams(server, WEB_SOCKET.subscribe, streams, PLAN);
        }),
    figures: toFigures(rounds, COLUMNS),
  };
};

export const store: Measurement = {
  name: 'store',
  title: 'How long the store holds the event loop',
  run: measure,
};
