import { type Child, SERVER_CORE, startChild } from '../programs/child-process.ts';
import { judgeFirstDelta } from '../report/first-delta-targets.ts';
import type { Measurement, Table } from '../report/measurement.ts';
import { type OpenStream, probe, type Probed, type ProbeOptions } from '../clients/probe.ts';
import { profileOf } from '../report/profile-of.ts';
import { startModelgraph, startUpstream } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { connectWebSocket, subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import { textReceiver, toGenerate } from '../clients/subscription.ts';

/** A slow pace: 1,000 streams at the pace of a model saturate one core, which `paced` measures. */
const BACKGROUND_INTERVAL_MS = 200;

/** Probes a GraphQL server: the probes share a socket that is open already, and each background stream has its own. */
export const probeServer = async (url: string, options: ProbeOptions): Promise<Probed> => {
  const socket = await connectWebSocket(url);
  const open: OpenStream = (plan, receive) =>
    subscribeOverWebSocket(url, toGenerate(plan), textReceiver(receive));
  const openProbe: OpenStream = (plan, receive) =>
    Promise.resolve(socket.subscribe(toGenerate(plan), textReceiver(receive)));
  try {
    return await probe(open, options, openProbe);
  } finally {
    socket.close();
  }
};

export interface Pair {
  readonly bare: Probed;
  readonly ours: Probed;
}

const COLUMNS: readonly (readonly [title: string, read: (probed: Probed) => number])[] = [
  ['first delta p50', ({ first }) => first.p50Ms],
  ['first delta p99', ({ first }) => first.p99Ms],
  ['delta p50', ({ delta }) => delta.p50Ms],
  ['delta p99', ({ delta }) => delta.p99Ms],
];

const addedBy = (pairs: readonly Pair[], read: (probed: Probed) => number) =>
  spreadOf(pairs.map(({ bare, ours }) => read(ours) - read(bare)));

/** Measures the SDK alone and the server in turn, `runs` times. */
export const probePairs = async (
  runs: number,
  options: ProbeOptions,
  upstreamUrl: string,
  startOurs: (upstreamUrl: string) => Promise<AsyncDisposable & { readonly url: string }>,
): Promise<readonly Pair[]> => {
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run += 1) {
    const readBare = async (): Promise<Probed> => {
      await using reader: Child = await startChild({
        program: 'sdk-reader.ts',
        options: { upstreamUrl },
        core: SERVER_CORE,
      });
      return await reader.ask<Probed>('probe', options);
    };
    const bare = await readBare();
    await using server = await startOurs(upstreamUrl);
    pairs.push({ bare, ours: await probeServer(server.url, options) });
  }
  return pairs;
};

export const toDelayTable = (
  title: string,
  cells: readonly (readonly [streams: number, readonly Pair[]])[],
): Table => ({
  title,
  head: ['', '', ...COLUMNS.map(([column]) => `${column}, ms`)],
  rows: cells.flatMap(([streams, pairs]) => [
    [
      `${streams.toLocaleString('en')} open streams`,
      'bare SDK',
      ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(pairs.map(({ bare }) => read(bare))))),
    ],
    [
      '',
      'through the server',
      ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(pairs.map(({ ours }) => read(ours))))),
    ],
    ['', '**added**', ...COLUMNS.map(([, read]) => `**${toSpreadText(addedBy(pairs, read))}**`)],
  ]),
});

export const overhead: Measurement = {
  name: 'overhead',
  title: 'Time that the server adds to a model',
  run: async ({ runs, pick, say }) => {
    await using upstream = await startUpstream();
    const startOurs = (upstreamUrl: string) => startModelgraph({ upstreamUrl });
    const cells: (readonly [number, readonly Pair[]])[] = [];
    for (const streams of pick([1, 100, 1_000], [1, 100])) {
      say(`${streams} open streams`);
      const options = {
        background: streams - 1,
        backgroundIntervalMs: BACKGROUND_INTERVAL_MS,
        probes: pick(200, 40),
        deltas: 10,
        intervalMs: 5,
      };
      cells.push([streams, await probePairs(runs, options, upstream.baseUrl, startOurs)]);
    }
    const verdicts = cells.flatMap(([streams, pairs]) =>
      judgeFirstDelta(streams, (read) => addedBy(pairs, ({ first }) => read(first))),
    );
    const missed = verdicts.some(({ reached }) => reached === false);
    return {
      method: `A paced upstream that speaks Chat Completions. Bare: the \`openai\` SDK on the server's core. Ours: the server on that core, its client over graphql-ws beside the upstream on the other one, so that the cost of the client counts against the server. Streams are opened one after the other (10 deltas, one every 5 ms; connections are open already on both sides) while the others are open at ${1_000 / BACKGROUND_INTERVAL_MS} deltas a second each. "First delta" is from the request on; "delta" from the upstream's write to the receipt. Added: the difference within each pair.`,
      tables: [toDelayTable('Delays', cells)],
      verdicts,
      notes: missed
        ? await profileOf(startOurs(upstream.baseUrl), async ({ url }) => {
            await probeServer(url, {
              background: pick(999, 99),
              backgroundIntervalMs: BACKGROUND_INTERVAL_MS,
              probes: pick(200, 40),
              deltas: 10,
              intervalMs: 5,
            });
          })
        : [],
    };
  },
};
