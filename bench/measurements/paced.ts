import type { Measurement, Table, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { type Server, startBare, startModelgraph } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { type MeasuredTransport, TRANSPORTS, WEB_SOCKET } from '../clients/transports.ts';

const INTERVAL_MS = 20;
const COALESCE_MS = 50;

const HEAD = [
  '',
  'CPU µs per delta',
  'CPU of the core, %',
  'delay p50, ms',
  'delay p99, ms',
  'loop delay p99, ms',
  'CPU of bare',
];

const toRow = (title: string, runs: readonly StreamRun[], ratio = ''): string[] => [
  title,
  ...(
    [
      ({ cpuUsPerDelta }) => cpuUsPerDelta,
      ({ cpuShare }) => 100 * cpuShare,
      ({ delayP50Ms }) => delayP50Ms,
      ({ delayP99Ms }) => delayP99Ms,
      ({ loopDelayP99Ms }) => loopDelayP99Ms,
    ] satisfies ((run: StreamRun) => number)[]
  ).map((read) => toSpreadText(spreadOf(runs.map(read)))),
  ratio,
];

export const paced: Measurement = {
  name: 'paced',
  title: 'CPU time of a delta at the pace of a model',
  run: async ({ runs, pick, say }) => {
    const verdicts: Verdict[] = [];
    const streams = pick(200, 100);
    const plan = { deltas: pick(400, 100), intervalMs: INTERVAL_MS };
    const read = (server: Server, { subscribe }: MeasuredTransport, count: number): Promise<StreamRun> =>
      readStreams(server, subscribe, count, plan);

    const rows: string[][] = [];
    for (const transport of TRANSPORTS) {
      say(`${streams} streams over ${transport.name}`);
      await using bareServer = await startBare();
      await using ourServer = await startModelgraph();
      const bare: StreamRun[] = [];
      const ours: StreamRun[] = [];
      for (let run = -1; run < runs; run += 1) {
        const pair = [
          await read(bareServer, transport, streams),
          await read(ourServer, transport, streams),
        ] as const;
        // The first pair warms up.
        if (run < 0) continue;
        bare.push(pair[0]);
        ours.push(pair[1]);
      }
      const ratio = spreadOf(
        ours.map(({ cpuUsPerDelta }, index) => cpuUsPerDelta / (bare[index]?.cpuUsPerDelta ?? Number.NaN)),
      );
      rows.push(
        toRow(`bare ${transport.bare}`, bare),
        toRow(`**${transport.name}**`, ours, `**${toSpreadText(ratio)}**`),
      );
      verdicts.push({
        goal: `${transport.name}: 1.5 times the CPU time of bare ${transport.bare} at most`,
        found: toSpreadText(ratio),
        reached: ratio.median <= 1.5,
      });
    }

    const many = pick(1_000, 300);
    const coalesced: Table = {
      title: `${many} streams, deltas of ${COALESCE_MS} ms in one event`,
      head: HEAD,
      rows: [],
    };
    const manyRows: string[][] = [];
    for (const transport of TRANSPORTS) {
      say(`${many} streams over ${transport.name}, coalesced`);
      await using server = await startModelgraph({ settings: { coalesceMs: COALESCE_MS } });
      const found: StreamRun[] = [];
      for (let run = -1; run < runs; run += 1) {
        const one = await read(server, transport, many);
        if (run >= 0) found.push(one);
      }
      manyRows.push(toRow(transport.name, found));
      const delay = spreadOf(found.map(({ delayP99Ms }) => delayP99Ms));
      const share = spreadOf(found.map(({ cpuShare }) => 100 * cpuShare));
      verdicts.push({
        goal: `${transport.name}, ${many} streams: keeps up (delay p99 below ${5 * COALESCE_MS} ms)`,
        found: `delay p99 ${toSpreadText(delay)} ms, CPU ${toSpreadText(share)} %`,
        reached: delay.median < 5 * COALESCE_MS,
      });
    }
    return {
      method: `Streams of ${1_000 / INTERVAL_MS} deltas a second each, one connection each, from timers in the server's own process, on both sides. CPU time is that of the server's whole process; delay is from the source to the receipt. The first round warms up and is not counted.`,
      tables: [
        { title: `${streams} streams, each delta as it comes`, head: HEAD, rows },
        { ...coalesced, rows: manyRows },
      ],
      verdicts,
      notes: verdicts.some(({ reached }) => reached === false)
        ? await profileOf(startModelgraph(), async (server) => {
            await read(server, WEB_SOCKET, streams);
          })
        : [],
    };
  },
};
