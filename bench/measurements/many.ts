import { probe, type Probed, type ProbeOptions, type OpenStream } from '../clients/probe.ts';
import { connectWebSocket, subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import { textReceiver, toGenerate } from '../clients/subscription.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { type Build, PRESENT } from '../programs/builds.ts';
import { type Child, SERVER_CORE, startChild } from '../programs/child-process.ts';
import { startUpstream } from '../programs/servers.ts';
import { judgeFirstDelta } from '../report/first-delta-targets.ts';
import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds, type Rounds } from './alternate.ts';

const INTERVAL_MS = 200;
const MIB = 2 ** 20;
const SDK = 'bare SDK';

interface ManyRun extends Probed {
  readonly cpuShare: number;
  readonly rssMib: number;
  readonly loopDelayP99Ms: number;
}

/** The resources of a process while streams are open and others are probed. */
const watch = async (child: Child, read: () => Promise<Probed>): Promise<ManyRun> => {
  const before = await child.ask<Sample>('sample');
  const beganMs = performance.now();
  let rssBytes = before.rssBytes;
  let loopDelayP99Ms = 0;
  const sample = async (): Promise<Sample> => {
    const taken = await child.ask<Sample>('sample');
    rssBytes = Math.max(rssBytes, taken.rssBytes);
    loopDelayP99Ms = Math.max(loopDelayP99Ms, taken.loopDelayP99Ms);
    return taken;
  };
  const timer = setInterval(() => void sample(), 1_000);
  const probed = await read();
  clearInterval(timer);
  const after = await sample();
  return {
    ...probed,
    cpuShare: (after.cpuUs - before.cpuUs) / 1_000 / (performance.now() - beganMs),
    rssMib: rssBytes / MIB,
    loopDelayP99Ms,
  };
};

const measureSdk = async (upstreamUrl: string, options: ProbeOptions): Promise<ManyRun> => {
  await using reader = await startChild({
    program: 'sdk-reader.ts',
    options: { upstreamUrl },
    core: SERVER_CORE,
  });
  return await watch(reader, () => reader.ask<Probed>('probe', options));
};

/** The probes share a socket that is open already, and each stream beside them has its own. */
const measureServer = async (build: Build, upstreamUrl: string, options: ProbeOptions): Promise<ManyRun> => {
  await using server = await build.start({ upstreamUrl });
  const { url, child } = server;
  const socket = await connectWebSocket(url);
  const open: OpenStream = (plan, receive) =>
    subscribeOverWebSocket(url, toGenerate(plan), textReceiver(receive));
  const openProbe: OpenStream = (plan, receive) =>
    Promise.resolve(socket.subscribe(toGenerate(plan), textReceiver(receive)));
  const run = await watch(child, () => probe(open, options, openProbe));
  socket.close();
  return run;
};

const COLUMNS: readonly (readonly [title: string, read: (run: ManyRun) => number])[] = [
  ['first delta p50, ms', ({ first }) => first.p50Ms],
  ['first delta p99, ms', ({ first }) => first.p99Ms],
  ['delta p50, ms', ({ delta }) => delta.p50Ms],
  ['delta p99, ms', ({ delta }) => delta.p99Ms],
  ['CPU of the core, %', ({ cpuShare }) => 100 * cpuShare],
  ['most RSS, MiB', ({ rssMib }) => rssMib],
  ['loop delay p99, ms', ({ loopDelayP99Ms }) => loopDelayP99Ms],
];

const addedBy = (rounds: Rounds<ManyRun>, read: (run: ManyRun) => number) => {
  const bare = getRounds(rounds, SDK).map(read);
  return spreadOf(
    getRounds(rounds, PRESENT.name).map((run, index) => read(run) - (bare[index] ?? Number.NaN)),
  );
};

const toRows = (streams: number, rounds: Rounds<ManyRun>): string[][] =>
  [...rounds].map(([name, measured]) => [
    streams.toLocaleString('en'),
    name,
    ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(measured.map(read)))),
  ]);

const measure = async ({ runs, before, pick, say }: Scale): Promise<Report> => {
  await using upstream = await startUpstream();
  const { baseUrl } = upstream;
  const builds = [...(before === null ? [] : [before]), PRESENT];
  const rows: string[][] = [];
  const verdicts: Verdict[] = [];
  for (const streams of pick([1, 100, 1_000, 2_000], [1, 100])) {
    say(`${streams} streams`);
    const options: ProbeOptions = {
      background: streams - 1,
      backgroundIntervalMs: INTERVAL_MS,
      probes: pick(200, 60),
      deltas: 10,
      intervalMs: 5,
    };
    const subjects = [
      { name: SDK, measure: () => measureSdk(baseUrl, options) },
      ...builds.map((build) => ({
        name: build.name,
        measure: () => measureServer(build, baseUrl, options),
      })),
    ];
    const rounds = await alternate(subjects, { runs, warmsUp: false });
    rows.push(...toRows(streams, rounds));
    verdicts.push(...judgeFirstDelta(streams, (read) => addedBy(rounds, ({ first }) => read(first))));
  }
  return {
    method: `A new process for each figure, with the paced upstream and all clients on the other core. Streams of ${1_000 / INTERVAL_MS} deltas a second are open, each over connections of its own, while others are opened one after the other (10 deltas, one every 5 ms). "First delta" is from the request on; "delta" from the upstream's write to the receipt. CPU is the share of its core from the first request to the end, of the whole process; RSS the most that was seen.`,
    tables: [{ title: 'Open streams', head: ['streams', '', ...COLUMNS.map(([title]) => title)], rows }],
    verdicts,
    notes: [],
  };
};

export const many: Measurement = {
  name: 'many',
  title: 'One process under more and more streams',
  run: measure,
};
