import { probe, type Probed, type ProbeOptions, type OpenStream } from '../clients/probe.ts';
import { connectWebSocket, subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import { textReceiver, toGenerate } from '../clients/subscription.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { type Build, PRESENT } from '../programs/builds.ts';
import { type Child, SERVER_CORE, startChild } from '../programs/child-process.ts';
import { startUpstream, type Upstream } from '../programs/servers.ts';
import { judgeFirstDelta } from '../report/first-delta-targets.ts';
import type { Figure, Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { toFigures } from '../report/figures.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds, type Rounds } from './alternate.ts';
import { probeServer } from './overhead.ts';

const INTERVAL_MS = 200;
const MIB = 2 ** 20;
const SDK = 'bare SDK';

/** Above this share of their core, the clients and the upstream are late themselves. */
const SATURATED = 0.95;

interface ManyRun extends Probed {
  readonly cpuShare: number;
  /** Of the core on which the upstream and the clients run. */
  readonly otherShare: number;
  readonly rssMib: number;
  readonly loopDelayP99Ms: number;
}

/** The resources of a process while streams are open and others are probed. */
const watch = async (child: Child, upstream: Upstream, read: () => Promise<Probed>): Promise<ManyRun> => {
  const otherCpuUs = async (): Promise<number> => {
    const { user, system } = process.cpuUsage();
    return user + system + (await upstream.child.ask<Sample>('sample')).cpuUs;
  };
  const otherBeforeUs = await otherCpuUs();
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
  const tookUs = 1_000 * (performance.now() - beganMs);
  return {
    ...probed,
    cpuShare: (after.cpuUs - before.cpuUs) / tookUs,
    otherShare: ((await otherCpuUs()) - otherBeforeUs) / tookUs,
    rssMib: rssBytes / MIB,
    loopDelayP99Ms,
  };
};

const measureSdk = async (upstream: Upstream, options: ProbeOptions): Promise<ManyRun> => {
  await using reader = await startChild({
    program: 'sdk-reader.ts',
    options: { upstreamUrl: upstream.baseUrl },
    core: SERVER_CORE,
  });
  return await watch(reader, upstream, () => reader.ask<Probed>('probe', options));
};

/** The probes share a socket that is open already, and each stream beside them has its own. */
const measureServer = async (build: Build, upstream: Upstream, options: ProbeOptions): Promise<ManyRun> => {
  await using server = await build.start({ upstreamUrl: upstream.baseUrl });
  const { url, child } = server;
  const socket = await connectWebSocket(url);
  const open: OpenStream = (plan, receive) =>
    subscribeOverWebSocket(url, toGenerate(plan), textReceiver(receive));
  const openProbe: OpenStream = (plan, receive) =>
    Promise.resolve(socket.subscribe(toGenerate(plan), textReceiver(receive)));
  const run = await watch(child, upstream, () => probe(open, options, openProbe));
  socket.close();
  return run;
};

const COLUMNS: readonly (readonly [title: string, read: (run: ManyRun) => number])[] = [
  ['first delta p50, ms', ({ first }) => first.p50Ms],
  ['first delta p99, ms', ({ first }) => first.p99Ms],
  ['delta p50, ms', ({ delta }) => delta.p50Ms],
  ['delta p99, ms', ({ delta }) => delta.p99Ms],
  ['CPU of the core, %', ({ cpuShare }) => 100 * cpuShare],
  ["CPU of the clients' core, %", ({ otherShare }) => 100 * otherShare],
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

const toOptions = (streams: number, { pick }: Scale): ProbeOptions => ({
  background: streams - 1,
  backgroundIntervalMs: INTERVAL_MS,
  probes: pick(200, 60),
  deltas: 10,
  intervalMs: 5,
});

/** The runs whose times are those of the load generator as well. */
const toWarnings = (streams: number, rounds: Rounds<ManyRun>): string[] =>
  [...rounds]
    .filter(([, measured]) => measured.some(({ otherShare }) => otherShare >= SATURATED))
    .map(
      ([name]) =>
        `${streams.toLocaleString('en')} streams, ${name}: the core of the upstream and the clients was saturated, so that the times include waiting there.`,
    );

/** The server's CPU time under the most streams of which a target speaks. */
const profile = (upstream: Upstream, scale: Scale): Promise<readonly string[]> =>
  profileOf(PRESENT.start({ upstreamUrl: upstream.baseUrl }), async ({ url }) => {
    await probeServer(url, toOptions(scale.pick(1_000, 100), scale));
  });

const measure = async (scale: Scale): Promise<Report> => {
  const { runs, before, pick, say } = scale;
  await using upstream = await startUpstream();
  const builds = [...(before === null ? [] : [before]), PRESENT];
  const rows: string[][] = [];
  const verdicts: Verdict[] = [];
  const warnings: string[] = [];
  const figures: Figure[] = [];
  for (const streams of pick([1, 100, 1_000, 2_000], [1, 100])) {
    say(`${streams} streams`);
    const options = toOptions(streams, scale);
    const subjects = [
      { name: SDK, measure: () => measureSdk(upstream, options) },
      ...builds.map((build) => ({
        name: build.name,
        measure: () => measureServer(build, upstream, options),
      })),
    ];
    const rounds = await alternate(subjects, { runs, warmsUp: false });
    rows.push(...toRows(streams, rounds));
    figures.push(...toFigures(rounds, COLUMNS, (name) => `${name}, ${streams} streams`));
    warnings.push(...toWarnings(streams, rounds));
    verdicts.push(...judgeFirstDelta(streams, (read) => addedBy(rounds, ({ first }) => read(first))));
  }
  return {
    method: `A new process for each figure, which stores in memory, with the paced upstream and all clients on the other core. Streams of ${1_000 / INTERVAL_MS} deltas a second are open, each over connections of its own, while others are opened one after the other (10 deltas, one every 5 ms). "First delta" is from the request on; "delta" from the upstream's write to the receipt. CPU is the share of its core from the first request to the end, of the whole process, and of the other core that of the upstream and the clients; RSS the most that was seen.`,
    tables: [{ title: 'Open streams', head: ['streams', '', ...COLUMNS.map(([title]) => title)], rows }],
    verdicts,
    notes: [
      ...warnings,
      ...(verdicts.some(({ reached }) => reached === false) ? await profile(upstream, scale) : []),
    ],
    figures,
  };
};

export const many: Measurement = {
  name: 'many',
  title: 'One process under more and more streams',
  run: measure,
};
