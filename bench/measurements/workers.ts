import { availableParallelism } from 'node:os';
import { measureRequestRate, type RequestRate } from '../clients/request-rate.ts';
import { leaveServerCore, useEveryCore } from '../programs/child-process.ts';
import { nowUs } from '../programs/now-us.ts';
import { startSharedDatabase } from '../programs/shared-database.ts';
import { type Measurement, notMeasured, type Report, type Scale } from '../report/measurement.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { startServerProcess } from '../../test/support/app/server-process.ts';
import { alternate, getRounds, ratioOf, type Subject } from './alternate.ts';

interface WorkersRun extends RequestRate {
  /** Of the processes that serve, in cores. */
  readonly cores: number;
}

const COUNTS = [1, 2] as const;
const CONNECTIONS = 32;
const LOADS: readonly (readonly [name: string, query: string])[] = [
  ['a query of all models', '{ models(first: 50) { nodes { name displayName status } } }'],
  [
    'a generation that is waited for',
    'mutation { generate(input: { model: "demo", prompt: "Hello" }) { id text } }',
  ],
];

const titleOf = (load: string, workers: number): string =>
  `${load}, ${workers} ${workers === 1 ? 'process' : 'workers'}`;

/** CPU time of all workers since their start, in seconds. */
const readCpuSeconds = async (url: string): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
};

const measureLoad = async (url: string, query: string, seconds: number): Promise<WorkersRun> => {
  const cpuBefore = await readCpuSeconds(url);
  const beganUs = nowUs();
  const body = JSON.stringify({ query });
  const rate = await measureRequestRate(url, { body, connections: CONNECTIONS, seconds });
  const took = (nowUs() - beganUs) / 1e6;
  return { ...rate, cores: ((await readCpuSeconds(url)) - cpuBefore) / took };
};

const COLUMNS: readonly (readonly [title: string, read: (run: WorkersRun) => number])[] = [
  ['requests a second', ({ requestsPerSecond }) => requestsPerSecond],
  ['p50, ms', ({ p50Ms }) => p50Ms],
  ['p99, ms', ({ p99Ms }) => p99Ms],
  ['cores that serve', ({ cores }) => cores],
];

const measure = async ({ runs, pick, databaseUrl, say }: Scale): Promise<Report> => {
  const database = await startSharedDatabase(databaseUrl);
  if (typeof database === 'string') return notMeasured(`several workers need a PostgreSQL: ${database}`);
  await using stack = new AsyncDisposableStack();
  stack.use(database);
  const seconds = pick(6, 3);
  // Several workers are for several cores: nothing is kept on one of its own.
  useEveryCore();
  stack.defer(() => void leaveServerCore());
  const subjects: Subject<WorkersRun>[] = [];
  for (const workers of COUNTS) {
    const { url } = stack.use(
      await startServerProcess({
        DATABASE_URL: database.url,
        MODELGRAPH_WORKERS: String(workers),
        MODELGRAPH_DEMO_DELAY_MS: '0',
        NODE_ENV: 'production',
      }),
    );
    for (const [load, query] of LOADS)
      subjects.push({ name: titleOf(load, workers), measure: () => measureLoad(url, query, seconds) });
  }
  const rounds = await alternate(subjects, {
    runs,
    warmsUp: true,
    onRound: (round) => say(`round ${round} of ${runs}`),
  });
  const rateOf = ({ requestsPerSecond }: WorkersRun): number => requestsPerSecond;
  const machine = availableParallelism();
  return {
    method: `The server as \`npm start\` runs it, on PostgreSQL, with 1 process and with 2 workers, in turn. ${CONNECTIONS} connections send the next request after each answer. Clients, PostgreSQL, the primary and the workers share the ${machine} cores of this machine and none is kept on a core of its own, so that the second worker has only what the others leave: the ratio is what this machine has room for, not what a larger one gives. CPU is that of the processes that serve, by /metrics.`,
    tables: [
      {
        title: 'Requests, alternating within each round',
        head: ['', ...COLUMNS.map(([title]) => title), 'rate against one process'],
        rows: LOADS.flatMap(([load]) =>
          COUNTS.map((workers) => {
            const name = titleOf(load, workers);
            return [
              name,
              ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(getRounds(rounds, name).map(read)))),
              workers === 1 ? '' : `**${toSpreadText(ratioOf(rounds, [name, titleOf(load, 1)], rateOf))}**`,
            ];
          }),
        ),
      },
    ],
    verdicts: [],
    notes: [],
  };
};

export const workers: Measurement = {
  name: 'workers',
  title: 'Several workers on one port',
  run: measure,
};
