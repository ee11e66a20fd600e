import { existsSync } from 'node:fs';
import { type Measurement, notMeasured } from '../report/measurement.ts';
import type { ProbeOptions } from '../clients/probe.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { type Server, startModelgraph, startOther, startUpstream } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { WEB_SOCKET } from '../clients/transports.ts';
import { CANCEL_HEAD, type Cancelled, cancelStreams, toCancelRow } from './cancel.ts';
import { type Footprint, footprintOf, STREAMING } from './memory.ts';
import { type Pair, probePairs, toDelayTable } from './overhead.ts';

const OURS = '**this server**';
const OTHERS = 'yoga over the AI SDK';

interface Found {
  readonly probes: Pair[];
  readonly reads: StreamRun[];
  readonly footprints: Footprint[];
  readonly cancels: Cancelled[];
  readonly silentCancels: Cancelled[];
}

const nothing = (): Found => ({ probes: [], reads: [], footprints: [], cancels: [], silentCancels: [] });

export const alternative: Measurement = {
  name: 'alternative',
  title: 'What one would build instead',
  run: async ({ runs, pick, say }) => {
    if (!existsSync(new URL('../alternative/node_modules/ai', import.meta.url)))
      return notMeasured('its packages are not installed. Run `npm ci --prefix bench/alternative`.');
    await using upstream = await startUpstream();
    const { baseUrl: upstreamUrl } = upstream;
    const starts: readonly (readonly [string, () => Promise<Server>])[] = [
      [OURS, () => startModelgraph({ upstreamUrl, settings: { disconnectGraceMs: 0 } })],
      [OTHERS, () => startOther('alternative-server.ts', { upstreamUrl })],
    ];
    const probing: ProbeOptions = {
      background: pick(99, 19),
      backgroundIntervalMs: 200,
      probes: pick(200, 40),
      deltas: 10,
      intervalMs: 5,
    };
    const streams = pick(100, 50);
    const plan = { deltas: pick(500, 100), intervalMs: 20 };
    const open = pick(1_000, 200);
    const results = new Map(starts.map(([name]) => [name, nothing()]));
    for (let run = 0; run < runs; run += 1)
      for (const [name, start] of starts) {
        say(`run ${run + 1}, ${name}`);
        const found = results.get(name) ?? nothing();
        found.probes.push(...(await probePairs(1, probing, upstreamUrl, start)));
        await using server = await start();
        found.footprints.push(await footprintOf(server, WEB_SOCKET, STREAMING, open));
        const warmUp = { deltas: 20, intervalMs: 5 };
        await readStreams(server, WEB_SOCKET.subscribe, streams, warmUp);
        found.reads.push(await readStreams(server, WEB_SOCKET.subscribe, streams, plan));
        const leave = ({ subscription }: { subscription: { leave(): void } }): void => subscription.leave();
        found.cancels.push(await cancelStreams(server.url, upstream, WEB_SOCKET, false, leave));
        found.silentCancels.push(await cancelStreams(server.url, upstream, WEB_SOCKET, true, leave));
      }
    const entries = [...results];
    const spread = <T>(values: readonly T[], read: (value: T) => number): string =>
      toSpreadText(spreadOf(values.map(read)));
    return {
      method: `A server of about 120 lines (\`bench/alternative\`): graphql-yoga and graphql-ws by their recipes over the AI SDK's \`streamText\`, which answers the same subscription from the same upstream; it has no log, no resume, no checks, no cost. Both over graphql-ws.`,
      tables: [
        toDelayTable(
          `Delays with ${probing.background + 1} open streams`,
          entries.map(([name, { probes }]) => [name, probes] as const),
        ),
        {
          title: `${streams} streams of 50 deltas a second; ${open} open streams`,
          head: [
            '',
            'CPU µs per delta',
            'delay p50, ms',
            'delay p99, ms',
            'RSS per stream, KiB',
            'heap per stream, KiB',
          ],
          rows: entries.map(([name, { reads, footprints }]) => [
            name,
            spread(reads, ({ cpuUsPerDelta }) => cpuUsPerDelta),
            spread(reads, ({ delayP50Ms }) => delayP50Ms),
            spread(reads, ({ delayP99Ms }) => delayP99Ms),
            spread(footprints, ({ rssKib }) => rssKib),
            spread(footprints, ({ heapKib }) => heapKib),
          ]),
        },
        {
          title: "From unsubscribing to the close of the upstream's socket",
          head: CANCEL_HEAD,
          rows: entries.flatMap(([name, { cancels, silentCancels }]) => [
            toCancelRow(`${name}, 10 deltas a second`, cancels),
            toCancelRow(`${name}, a silent model`, silentCancels),
          ]),
        },
      ],
      verdicts: [],
      notes: [],
    };
  },
};
