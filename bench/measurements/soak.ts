import { setTimeout } from 'node:timers/promises';
import type { Followed } from '../clients/follow-with-drops.ts';
import { requestData } from '../clients/request-data.ts';
import { runSoakClient, type SoakedGeneration } from '../clients/run-soak-client.ts';
import type { Sample } from '../programs/answer-parent.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import { type ServerProcess, startServerProcess } from '../programs/server-process.ts';
import { startUpstream, type Upstream } from '../programs/servers.ts';
import { startSharedDatabase } from '../programs/shared-database.ts';
import type { Measurement, Report, Table, Verdict } from '../report/measurement.ts';
import { fitSlope, type Slope, toText } from '../report/statistics.ts';

const CLIENTS = 30;
const NODES = 3;
const SAMPLE_MS = 5_000;
const DRAIN_MS = 30_000;

const RUNNING = '{ generations(first: 100, status: [QUEUED, RUNNING, REQUIRES_ACTION]) { nodes { id } } }';
/** Short enough for ended generations to leave the memory at the rate at which they come, well before the end. */
const EVENT_RETENTION_MS = 20_000;
/** The heap may grow by this much a minute by chance. */
const FLAT_MIB_PER_MINUTE = 2;

/** Starts the nodes that share a database, or the one that has none. */
const startNodes = async (
  upstreamUrl: string,
  databaseUrl: string | null,
): Promise<readonly ServerProcess[]> => {
  const environment = {
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: upstreamUrl,
    MODELGRAPH_IDLE_TIMEOUT_MS: '2000',
    // A fault must reach the generation that asks for it, and no other.
    MODELGRAPH_CIRCUIT_FAILURES: '0',
    MODELGRAPH_EVENT_RETENTION_MS: String(EVENT_RETENTION_MS),
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
  };
  return Promise.all(
    Array.from({ length: databaseUrl === null ? 1 : NODES }, () => startServerProcess(environment)),
  );
};

/** Whether a generation ended otherwise than what was done to it explains. */
const isUnexpected = ({ plan, cancelled, followed: { end } }: SoakedGeneration): boolean => {
  const expected = [
    plan.fault === undefined ? 'GenerationCompleted' : 'GenerationFailed',
    ...(cancelled ? ['GenerationCancelled'] : []),
  ];
  return !expected.includes(end);
};

/** Generations that run by the answer of any node. */
const countRunning = async (urls: readonly string[]): Promise<number> => {
  const answers = await Promise.all(
    urls.map((url) =>
      requestData<{ readonly generations: { readonly nodes: readonly { readonly id: string }[] } }>(
        url,
        RUNNING,
      ),
    ),
  );
  return new Set(answers.flatMap(({ generations }) => generations.nodes.map(({ id }) => id))).size;
};

/** Generations that still run after their ends have had time to be stored. */
const waitForEnds = async (urls: readonly string[]): Promise<number> => {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const running = await countRunning(urls);
    if (running === 0 || performance.now() > until) return running;
    await setTimeout(100);
  }
};

const waitForUpstream = async (upstream: Upstream): Promise<number> => {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const { open } = await upstream.child.ask<UpstreamReport>('report');
    if (open === 0 || performance.now() > until) return open;
    await setTimeout(100);
  }
};

/** Each text once with its count, without regard to the generation that it names. */
const countAlike = (texts: readonly string[]): readonly string[] =>
  [...Map.groupBy(texts, (text) => text.replaceAll(/gen_\w+/g, 'gen_…'))].map(
    ([text, alike]) => `${alike.length} × ${text}`,
  );

const mib = (bytes: number): string => toText(bytes / 2 ** 20);

/** How fast memory grows over the second half of the samples. */
const slopeOf = (samples: readonly Sample[], read: (sample: Sample) => number): Slope =>
  fitSlope(
    samples.slice(samples.length >> 1).map((sample) => read(sample) / 2 ** 20),
    SAMPLE_MS / 60_000,
  );

/** What is left once all clients have ended. */
interface Remains {
  /** Upstream sockets that are open. */
  readonly open: number;
  readonly running: number;
  readonly exits: readonly (number | NodeJS.Signals | null)[];
}

const sumOf = (generations: readonly SoakedGeneration[], read: (one: Followed) => number): number =>
  generations.reduce((total, { followed }) => total + read(followed), 0);

const toRefusals = ({ followed, refusals }: SoakedGeneration): readonly string[] => [
  ...followed.refusals,
  ...refusals,
];

const toVerdicts = (
  generations: readonly SoakedGeneration[],
  { open, running, exits }: Remains,
  samples: readonly (readonly Sample[])[],
  minutes: number,
): readonly Verdict[] => {
  const unexpected = generations.filter(isUnexpected).length;
  const incomplete = generations.filter(({ followed }) => !followed.complete).length;
  const lost = sumOf(generations, (one) => one.lost);
  const doubled = sumOf(generations, (one) => one.doubled);
  const cuts = sumOf(generations, (one) => one.cuts);
  const refusals = generations.flatMap(toRefusals).length;
  const heapSlopes = samples.map((of) => slopeOf(of, ({ heapBytes }) => heapBytes));
  const rssSlopes = samples.map((of) => slopeOf(of, ({ rssBytes }) => rssBytes));
  return [
    { goal: 'no generation is left running', found: toText(running), reached: running === 0 },
    { goal: 'no upstream socket is left open', found: toText(open), reached: open === 0 },
    {
      goal: 'every event log is complete: nothing lost',
      found: `${lost} lost, ${incomplete} incomplete`,
      reached: lost + incomplete === 0,
    },
    { goal: 'nothing doubled', found: toText(doubled), reached: doubled === 0 },
    {
      goal: 'every generation ends as what was done to it explains',
      found: `${unexpected} otherwise`,
      reached: unexpected === 0,
    },
    { goal: 'no connection is cut by a server', found: toText(cuts), reached: cuts === 0 },
    {
      goal: 'no client that resumes or cancels is refused',
      found: toText(refusals),
      reached: refusals === 0,
    },
    {
      goal: `heap over the second half: grows by ${FLAT_MIB_PER_MINUTE} MiB a minute at most`,
      found: `${heapSlopes.map(({ slope }) => toText(slope)).join(', ')} MiB a minute`,
      reached: minutes >= 2 ? heapSlopes.every(({ slope }) => slope <= FLAT_MIB_PER_MINUTE) : null,
    },
    {
      goal: 'RSS over the second half is flat: it grows by two standard errors of its slope at most',
      found: `${rssSlopes.map(({ slope, error }) => `${toText(slope)} ± ${toText(2 * error)}`).join(', ')} MiB a minute`,
      reached: minutes >= 2 ? rssSlopes.every(({ slope, error }) => slope <= 2 * error) : null,
    },
    {
      goal: 'the servers stop after SIGTERM',
      found: `exit ${exits.join(', ')}`,
      reached: exits.every((exit) => exit === 0),
    },
  ];
};

const toTables = (
  generations: readonly SoakedGeneration[],
  samples: readonly (readonly Sample[])[],
): readonly Table[] => {
  const ends = Map.groupBy(generations, ({ followed: { end } }) => end);
  const counts = [
    generations.length,
    ...[...ends.values()].map(({ length }) => length),
    sumOf(generations, (one) => one.drops),
    sumOf(generations, (one) => one.snapshots),
  ];
  const firstLastMost = (values: readonly number[]): string[] =>
    [values[0] ?? 0, values.at(-1) ?? 0, Math.max(...values)].map(mib);
  return [
    {
      title: 'Generations',
      head: ['generations', ...ends.keys(), 'disconnects', 'snapshots'],
      rows: [counts.map(toText)],
    },
    {
      title: 'Memory, MiB',
      head: [
        'node',
        'heap at first',
        'heap at last',
        'heap, most',
        'RSS at first',
        'RSS at last',
        'RSS, most',
      ],
      rows: samples.map((taken, index) => [
        String(index + 1),
        ...firstLastMost(taken.map(({ heapBytes }) => heapBytes)),
        ...firstLastMost(taken.map(({ rssBytes }) => rssBytes)),
      ]),
    },
  ];
};

/** Takes a sample of each node after collecting its garbage, every few seconds until a time of `performance.now()`. */
const takeSamples = async (
  nodes: readonly ServerProcess[],
  untilMs: number,
  onSample: (samples: readonly (readonly Sample[])[]) => void,
): Promise<readonly (readonly Sample[])[]> => {
  const samples: Sample[][] = nodes.map(() => []);
  while (performance.now() < untilMs) {
    await setTimeout(SAMPLE_MS);
    for (const [index, { child }] of nodes.entries()) {
      await child.ask('collectGarbage');
      samples[index]?.push(await child.ask<Sample>('sample'));
    }
    onSample(samples);
  }
  return samples;
};

export const soak: Measurement = {
  name: 'soak',
  title: 'Minutes of faults and broken connections',
  run: async ({ minutes, databaseUrl: givenUrl, say }): Promise<Report> => {
    await using stack = new AsyncDisposableStack();
    const database = await startSharedDatabase(givenUrl);
    if (typeof database !== 'string') stack.use(database);
    const upstream = stack.use(await startUpstream());
    const databaseUrl = typeof database === 'string' ? null : database.url;
    const nodes = (await startNodes(upstream.baseUrl, databaseUrl)).map((node) => stack.use(node));
    const urls = nodes.map(({ url }) => url);
    const generations: SoakedGeneration[] = [];
    const untilMs = performance.now() + minutes * 60_000;
    const sampling = takeSamples(nodes, untilMs, (taken) => {
      const heaps = taken.map((of) => mib(of.at(-1)?.heapBytes ?? 0));
      say(`${generations.length} generations, heap ${heaps.join(', ')} MiB`);
    });
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      runSoakClient(client, urls, untilMs, (generation) => generations.push(generation)),
    );
    const [samples] = await Promise.all([sampling, ...clients]);
    const remains = {
      open: await waitForUpstream(upstream),
      running: await waitForEnds(urls),
      exits: await Promise.all(nodes.map((node) => node.stop())),
    };
    const where =
      nodes.length === 1
        ? 'one server process on its own file'
        : `${nodes.length} server processes on one PostgreSQL, each resumed stream on another of them`;
    return {
      method: `${toText(minutes)} minutes of ${CLIENTS} clients against ${where} (\`src/main.ts\`, with the flags of \`npm start\`). Generations of 20 to 320 deltas; connections that break after 1 to 60 events, resumed over either transport; readers that pause; \`cancelGeneration\` on any node; upstreams that reset, truncate, fail inside the stream, refuse, or go silent. Sequence and \`offset\` of every event are checked. Memory after collecting garbage, every ${SAMPLE_MS / 1_000} s; ended generations stay in memory for ${EVENT_RETENTION_MS / 1_000} s.${typeof database === 'string' ? ` No PostgreSQL could be started: ${database}` : ''}`,
      tables: toTables(generations, samples),
      verdicts: toVerdicts(generations, remains, samples, minutes),
      notes: countAlike(generations.flatMap(toRefusals)),
    };
  },
};
