import { setTimeout } from 'node:timers/promises';
import { type Cancelled, endStreams } from '../clients/cancel-streams.ts';
import type { StreamsOptions } from '../clients/open-streams.ts';
import { probe, type Probed, type ProbeOptions, PROBING_LIMIT_MS } from '../clients/probe.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { type Child, SERVER_CORE, startChild } from '../programs/child-process.ts';
import { installPeers } from '../programs/install-peers.ts';
import { describeInstalled, INSTALLED_PEERS, OWN_PEERS, type Peer } from '../programs/peers.ts';
import { startUpstream, type Upstream } from '../programs/servers.ts';
import { toFigure } from '../report/figures.ts';
import type { Figure, Measurement, Report, Scale, Table, Verdict } from '../report/measurement.ts';
import { type Spread, spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds, ratioOf, type Rounds, type Subject } from './alternate.ts';
import { CANCEL_HEAD, toCancelRow } from './cancel.ts';
import { measureReader, type Reader, type ReadRun, sdkReader, serverReader } from './read-open-streams.ts';

const INTERVAL_MS = 200;
const SETTLE_MS = 1_500;
const SDK = 'bare SDK, no server';

interface Load {
  /** Open streams beside the probes. */
  readonly loads: readonly number[];
  readonly probes: number;
  readonly reading: StreamsOptions;
  readonly forMs: number;
  /** Open streams while the memory is measured. */
  readonly open: StreamsOptions;
}

const toLoad = ({ pick }: Scale): Load => ({
  loads: pick([1, 100, 1_000], [1, 100]),
  probes: pick(100, 40),
  reading: { streams: pick(300, 100), intervalMs: INTERVAL_MS },
  forMs: pick(8_000, 4_000),
  open: { streams: pick(1_000, 300), intervalMs: 1_000 },
});

interface Found {
  /** By the number of open streams. */
  readonly probed: ReadonlyMap<number, Probed>;
  readonly read: ReadRun;
  readonly rssKib: number;
  readonly cancelled: Cancelled | null;
  readonly silentCancelled: Cancelled | null;
}

/** A process under measurement: a server with its clients, or the SDK as its own client. */
interface Measured extends AsyncDisposable {
  readonly reader: Reader;
  readonly probe: (options: ProbeOptions) => Promise<Probed>;
  /** Streams that can be left; null: the client is the process itself. */
  readonly cancel: ((isSilent: boolean) => Promise<Cancelled>) | null;
}

const startSdk = async (upstreamUrl: string): Promise<Measured> => {
  const child = await startChild({
    program: 'sdk-reader.ts',
    options: { upstreamUrl },
    core: SERVER_CORE,
    nodeFlags: ['--expose-gc'],
  });
  return {
    reader: sdkReader(child),
    probe: (options) => child.ask<Probed>('probe', options),
    cancel: null,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
};

const startPeer = async ({ start, connect }: Peer, upstream: Upstream): Promise<Measured> => {
  const { baseUrl } = upstream;
  const server = await start(baseUrl);
  const open = await connect(server, baseUrl, 'own');
  return {
    reader: serverReader(server.child, open),
    probe: async (options) => probe(open, options, await connect(server, baseUrl, 'open')),
    cancel: (isSilent) =>
      endStreams(upstream, isSilent, {
        open: (plan) => open(plan, () => undefined),
        end: (stream) => {
          stream.leave();
          return Promise.resolve(null);
        },
        drop: ({ ended }) => ended,
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

const probeBeside = async (
  start: () => Promise<Measured>,
  streams: number,
  probes: number,
): Promise<Probed> => {
  await using measured = await start();
  return await measured.probe({
    background: streams - 1,
    backgroundIntervalMs: INTERVAL_MS,
    probes,
    deltas: 10,
    intervalMs: 5,
  });
};

const rssAfterCollecting = async (child: Child): Promise<number> => {
  await child.ask('collectGarbage');
  await setTimeout(SETTLE_MS / 3);
  await child.ask('collectGarbage');
  return (await child.ask<Sample>('sample')).rssBytes;
};

/** The memory of an open stream, in a process that has had a few before. */
const rssOfStream = async ({ open, leave, child }: Reader, options: StreamsOptions): Promise<number> => {
  await open({ ...options, streams: 50 });
  await leave();
  await setTimeout(SETTLE_MS);
  const before = await rssAfterCollecting(child);
  await open(options);
  await setTimeout(SETTLE_MS);
  const after = await rssAfterCollecting(child);
  await leave();
  return (after - before) / 1_024 / options.streams;
};

const measureSubject = async (start: () => Promise<Measured>, load: Load): Promise<Found> => {
  const probed = new Map<number, Probed>();
  for (const streams of load.loads) probed.set(streams, await probeBeside(start, streams, load.probes));
  const measureMemory = async (): Promise<number> => {
    await using measured = await start();
    return await rssOfStream(measured.reader, load.open);
  };
  const rssKib = await measureMemory();
  await using measured = await start();
  const { reader, cancel } = measured;
  await measureReader(reader, load.reading, load.forMs / 4);
  const read = await measureReader(reader, load.reading, load.forMs);
  return {
    probed,
    read,
    rssKib,
    cancelled: cancel && (await cancel(false)),
    silentCancelled: cancel && (await cancel(true)),
  };
};

type Column = Readonly<{ title: string; read: (found: Found) => number }>;

const READING: readonly Column[] = [
  { title: 'CPU µs per delta', read: ({ read }) => read.cpuUsPerDelta },
  { title: 'delay p50, ms', read: ({ read }) => read.delayP50Ms },
  { title: 'delay p99, ms', read: ({ read }) => read.delayP99Ms },
  { title: 'RSS per stream, KiB', read: ({ rssKib }) => rssKib },
];

/** First deltas beside so many streams. */
const toProbing = (streams: number): readonly Column[] =>
  (
    [
      ['p50', ({ first }) => first.p50Ms],
      ['p99', ({ first }) => first.p99Ms],
    ] as readonly (readonly [string, (probed: Probed) => number])[]
  ).map(([what, read]) => ({
    title: `first delta ${what} beside ${streams.toLocaleString('en')}, ms`,
    read: ({ probed }) => {
      const found = probed.get(streams);
      return found ? read(found) : Number.NaN;
    },
  }));

/** What a server adds to the SDK alone, within each round. */
const addedBy = (rounds: Rounds<Found>, name: string, { read }: Column): Spread => {
  const bare = getRounds(rounds, SDK).map(read);
  return spreadOf(getRounds(rounds, name).map((found, index) => read(found) - (bare[index] ?? Number.NaN)));
};

const toAddedText = (added: Spread): string => `${added.median < 0 ? '' : '+'}${toSpreadText(added)}`;

const [CPU, , DELAY, RSS] = READING as readonly [Column, Column, Column, Column];

const toTables = (rounds: Rounds<Found>, peers: readonly Peer[], load: Load): readonly Table[] => {
  const { reading, open, loads } = load;
  const probing = loads.flatMap(toProbing);
  const cancelled = peers.flatMap(({ name }) => {
    const found = getRounds(rounds, name);
    return [
      toCancelRow(
        `${name}, 10 deltas a second`,
        found.flatMap((one) => one.cancelled ?? []),
      ),
      toCancelRow(
        `${name}, a silent model`,
        found.flatMap((one) => one.silentCancelled ?? []),
      ),
    ];
  });
  return [
    {
      title: `${reading.streams} open streams of ${1_000 / INTERVAL_MS} deltas a second; memory with ${open.streams.toLocaleString('en')} open streams`,
      head: ['', ...READING.map(({ title }) => title), 'CPU of the SDK'],
      rows: [...rounds].map(([name, found]) => [
        name,
        ...READING.map(({ read }) => toSpreadText(spreadOf(found.map(read)))),
        name === SDK ? '' : `**${toSpreadText(ratioOf(rounds, [name, SDK], CPU.read))}**`,
      ]),
    },
    {
      title: 'From the request to the first delta: of the SDK alone, and what each server adds to it',
      head: ['', ...probing.map(({ title }) => title)],
      rows: [...rounds].map(([name, found]) => [
        name,
        ...probing.map((column) =>
          name === SDK
            ? toSpreadText(spreadOf(found.map(column.read)))
            : toAddedText(addedBy(rounds, name, column)),
        ),
      ]),
    },
    {
      title: "From the client's leaving to the close of the vendor's socket",
      head: CANCEL_HEAD,
      rows: cancelled,
    },
    {
      title: 'What each of them gives for that',
      head: ['', 'events', 'resumes a broken stream', 'stores', 'usage and cost', 'besides'],
      rows: peers.map(({ name, abilities: { events, resume, stores, accounts, more } }) => [
        name,
        events,
        resume,
        stores,
        accounts,
        more,
      ]),
    },
  ];
};

const toFiguresOf = (rounds: Rounds<Found>, { loads }: Load): readonly Figure[] =>
  [...rounds].flatMap(([name, found]) => [
    ...READING.map(({ title, read }) => toFigure(name, title, spreadOf(found.map(read)))),
    ...(name === SDK
      ? []
      : loads
          .flatMap(toProbing)
          .map((column) => toFigure(name, `${column.title} added`, addedBy(rounds, name, column)))),
  ]);

/** This server over SSE against each peer that is more than a floor. */
const toVerdicts = (rounds: Rounds<Found>, installed: readonly Peer[]): readonly Verdict[] => {
  const ours = OWN_PEERS[0]?.name ?? '';
  const [first] = toProbing(1);
  return installed.flatMap(({ name }) =>
    [CPU, first, DELAY, RSS].flatMap((column) => {
      if (column === undefined) return [];
      const ratio = ratioOf(rounds, [ours, name], column.read);
      return [
        {
          goal: `${column.title}: not more than ${name.replace(', SSE', '')}, over SSE`,
          found: `${toSpreadText(ratio)} times`,
          reached: ratio.median <= 1,
        },
      ];
    }),
  );
};

const measure = async (scale: Scale): Promise<Report> => {
  const { runs, say } = scale;
  const load = toLoad(scale);
  const failure = await installPeers(say);
  const installed = failure === null ? INSTALLED_PEERS : [];
  const peers = [...OWN_PEERS, ...installed];
  await using upstream = await startUpstream();
  const subjects: Subject<Found>[] = [
    { name: SDK, start: () => startSdk(upstream.baseUrl) },
    ...peers.map((peer) => ({ name: peer.name, start: () => startPeer(peer, upstream) })),
  ].map(({ name, start }) => ({
    name,
    measure: () => {
      say(name);
      return measureSubject(start, load);
    },
  }));
  const rounds = await alternate(subjects, {
    runs,
    warmsUp: false,
    onRound: (round) => say(`round ${round} of ${runs}`),
  });
  return {
    method: `The same work for each: streams of Chat Completions from one paced upstream, through a server that is alone on its core, each to a client of its own. ${failure === null ? `Installed from their lock file: ${describeInstalled()}.` : `**Only what this repository has was measured: ${failure}**`} This server as \`npm start\` runs it, storing on disk. Portkey's gateway runs as in its image, on the newest \`@hono/node-server\` with which it streams at all (1.14.1: https://github.com/Portkey-AI/gateway/issues/1389). New processes for delays, for memory and for CPU; garbage is collected before memory is read; CPU is that of the whole process while streams are open. The delay is from the upstream's write to the receipt. First deltas are those of streams on connections that are open already, one after the other, beside the others (${1_000 / INTERVAL_MS} deltas a second each), as many as begin within ${PROBING_LIMIT_MS / 1_000} s. LiteLLM's proxy needs Python and is left out.`,
    tables: toTables(rounds, peers, load),
    verdicts: toVerdicts(rounds, installed),
    notes:
      failure === null
        ? [
            "Portkey's gateway waits 25 ms after the first event of a stream (its source says so), and goes on reading a stream that its client has left.",
          ]
        : [],
    figures: toFiguresOf(rounds, load),
  };
};

export const peers: Measurement = {
  name: 'peers',
  title: 'Beside other servers that do a part of this',
  run: measure,
};
