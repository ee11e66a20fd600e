import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BETWEEN_MS,
  cancelGeneration,
  type Cancelled,
  cancelStreams,
  GIVE_UP_MS,
  STREAMS,
  unsubscribe,
} from '../clients/cancel-streams.ts';
import { type MeasuredTransport, TRANSPORTS } from '../clients/transports.ts';
import { type Server, startModelgraph, startUpstream, type Upstream } from '../programs/servers.ts';
import type { Measurement, Report, Verdict } from '../report/measurement.ts';
import { percentile, spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds } from './alternate.ts';

interface Way {
  readonly title: string;
  readonly transport: MeasuredTransport;
  readonly isSilent: boolean;
  readonly endStream: Parameters<typeof cancelStreams>[4];
}

const WAYS: readonly Way[] = [
  { title: 'unsubscribe over', endStream: unsubscribe },
  { title: 'cancelGeneration, subscribed over', endStream: cancelGeneration },
].flatMap(({ title, endStream }) =>
  TRANSPORTS.flatMap((transport) =>
    [false, true].map((isSilent) => ({
      title: `${title} ${transport.name}, ${isSilent ? 'a silent model' : '10 deltas a second'}`,
      transport,
      isSilent,
      endStream,
    })),
  ),
);

const percentiles = (
  found: readonly Cancelled[],
  read: (one: Cancelled) => readonly number[],
): readonly string[] =>
  [0.5, 0.99].map((share) => toSpreadText(spreadOf(found.map((one) => percentile(read(one), share)))));

export const CANCEL_HEAD = [
  '',
  'p50, ms',
  'p99, ms',
  `open after ${GIVE_UP_MS / 1_000} s, of ${STREAMS}`,
] as const;

export const toCancelRow = (title: string, found: readonly Cancelled[]): string[] => [
  title,
  ...percentiles(found, ({ delays }) => delays),
  toSpreadText(spreadOf(found.map(({ left }) => left))),
];

const toVerdict = (title: string, found: readonly Cancelled[]): Verdict => {
  const worst = spreadOf(found.map(({ delays }) => percentile(delays, 0.99)));
  return {
    goal: `${title}: p99 100 ms at most`,
    found: `${toSpreadText(worst)} ms`,
    reached: worst.median <= 100 && found.every(({ left }) => left === 0),
  };
};

/** A server that stores on disk, as it is run: a cancelled generation is stored before its mutation is answered. */
const startStoringServer = async (stack: AsyncDisposableStack, upstream: Upstream): Promise<Server> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
  stack.defer(() => rm(dataDirectory, { recursive: true }));
  const settings = { disconnectGraceMs: 0, dataDirectory };
  return stack.use(await startModelgraph({ upstreamUrl: upstream.baseUrl, settings }));
};

export const cancel: Measurement = {
  name: 'cancel',
  title: 'From ending a stream to the close of the upstream socket',
  run: async ({ runs, say }): Promise<Report> => {
    await using stack = new AsyncDisposableStack();
    const upstream = stack.use(await startUpstream());
    const server = await startStoringServer(stack, upstream);
    const results: { readonly way: Way; readonly found: readonly Cancelled[] }[] = [];
    for (const way of WAYS) {
      const { title, transport, isSilent, endStream } = way;
      say(title);
      const measure = () => cancelStreams(server.url, upstream, transport, isSilent, endStream);
      const rounds = await alternate([{ name: title, measure }], { runs, warmsUp: true });
      results.push({ way, found: getRounds(rounds, title) });
    }
    const answered = results.filter(({ way }) => way.endStream === cancelGeneration);
    return {
      method: `${STREAMS} open streams of the paced upstream, one of them ended every ${BETWEEN_MS} ms, with no grace period. The time is from the client's act to the moment the upstream sees its socket closed.`,
      tables: [
        {
          title: 'Delays',
          head: CANCEL_HEAD,
          rows: results.map(({ way, found }) => toCancelRow(way.title, found)),
        },
        {
          title: "From cancelGeneration to its answer, which waits for the store's disk",
          head: ['', 'p50, ms', 'p99, ms'],
          rows: answered.map(({ way, found }) => [
            way.title,
            ...percentiles(found, ({ answers }) => answers),
          ]),
        },
      ],
      verdicts: results.map(({ way, found }) => toVerdict(way.title, found)),
      notes: [],
    };
  },
};
