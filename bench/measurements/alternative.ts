import { existsSync } from 'node:fs';
import { type Cancelled, cancelStreams, unsubscribe } from '../clients/cancel-streams.ts';
import type { ProbeOptions } from '../clients/probe.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { WEB_SOCKET } from '../clients/transports.ts';
import {
  type Server,
  startModelgraph,
  startOther,
  startUpstream,
  type Upstream,
} from '../programs/servers.ts';
import { type Measurement, notMeasured, type Report, type Scale, type Table } from '../report/measurement.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, type Rounds } from './alternate.ts';
import { CANCEL_HEAD, toCancelRow } from './cancel.ts';
import { type Footprint, footprintOf, STREAMING } from './memory.ts';
import { type Pair, probePairs, toDelayTable } from './overhead.ts';

interface Found {
  readonly probes: readonly Pair[];
  readonly read: StreamRun;
  readonly footprint: Footprint;
  readonly cancelled: Cancelled;
  readonly silentCancelled: Cancelled;
}

interface Load {
  readonly probing: ProbeOptions;
  readonly streams: number;
  readonly plan: { readonly deltas: number; readonly intervalMs: number };
  /** Streams that are open while the memory is measured. */
  readonly open: number;
}

const toLoad = ({ pick }: Scale): Load => ({
  probing: {
    background: pick(99, 19),
    backgroundIntervalMs: 200,
    probes: pick(200, 40),
    deltas: 10,
    intervalMs: 5,
  },
  streams: pick(100, 50),
  plan: { deltas: pick(500, 100), intervalMs: 20 },
  open: pick(1_000, 200),
});

const measure = async (
  upstream: Upstream,
  start: () => Promise<Server>,
  { probing, streams, plan, open }: Load,
): Promise<Found> => {
  const probes = await probePairs(1, probing, upstream.baseUrl, start);
  await using server = await start();
  const footprint = await footprintOf(server, WEB_SOCKET, STREAMING, open);
  await readStreams(server, WEB_SOCKET.subscribe, streams, { deltas: 20, intervalMs: 5 });
  const read = await readStreams(server, WEB_SOCKET.subscribe, streams, plan);
  const cancelled = await cancelStreams(server.url, upstream, WEB_SOCKET, false, unsubscribe);
  const silentCancelled = await cancelStreams(server.url, upstream, WEB_SOCKET, true, unsubscribe);
  return { probes, read, footprint, cancelled, silentCancelled };
};

const COLUMNS: readonly (readonly [title: string, read: (found: Found) => number])[] = [
  ['CPU µs per delta', ({ read }) => read.cpuUsPerDelta],
  ['delay p50, ms', ({ read }) => read.delayP50Ms],
  ['delay p99, ms', ({ read }) => read.delayP99Ms],
  ['RSS per stream, KiB', ({ footprint }) => footprint.rssKib],
  ['heap per stream, KiB', ({ footprint }) => footprint.heapKib],
];

const toTables = (rounds: Rounds<Found>, { probing, streams, open }: Load): readonly Table[] => [
  toDelayTable(
    `Delays with ${probing.background + 1} open streams`,
    [...rounds].map(([name, found]) => [name, found.flatMap(({ probes }) => probes)] as const),
  ),
  {
    title: `${streams} streams of 50 deltas a second; ${open} open streams`,
    head: ['', ...COLUMNS.map(([title]) => title)],
    rows: [...rounds].map(([name, found]) => [
      name,
      ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(found.map(read)))),
    ]),
  },
  {
    title: "From unsubscribing to the close of the upstream's socket",
    head: CANCEL_HEAD,
    rows: [...rounds].flatMap(([name, found]) => [
      toCancelRow(
        `${name}, 10 deltas a second`,
        found.map(({ cancelled }) => cancelled),
      ),
      toCancelRow(
        `${name}, a silent model`,
        found.map(({ silentCancelled }) => silentCancelled),
      ),
    ]),
  },
];

export const alternative: Measurement = {
  name: 'alternative',
  title: 'The server that one would write without this project',
  run: async (scale): Promise<Report> => {
    if (!existsSync(new URL('../alternative/node_modules/ai', import.meta.url)))
      return notMeasured('its packages are not installed. Run `npm ci --prefix bench/alternative`.');
    const load = toLoad(scale);
    await using upstream = await startUpstream();
    const { baseUrl: upstreamUrl } = upstream;
    const startOurs = () => startModelgraph({ upstreamUrl, settings: { disconnectGraceMs: 0 } });
    const startAlternative = () => startOther('alternative-server.ts', { upstreamUrl });
    const rounds = await alternate(
      [
        { name: '**this server**', measure: () => measure(upstream, startOurs, load) },
        { name: 'yoga over the AI SDK', measure: () => measure(upstream, startAlternative, load) },
      ],
      { runs: scale.runs, warmsUp: false, onRound: (round) => scale.say(`round ${round}`) },
    );
    return {
      method: `A server of about 120 lines (\`bench/alternative\`): graphql-yoga and graphql-ws by their recipes over the AI SDK's \`streamText\`, which answers the same subscription from the same upstream; it has no event log, no resume, no checks and no cost. Both over graphql-ws.`,
      tables: toTables(rounds, load),
      verdicts: [],
      notes: [],
    };
  },
};
