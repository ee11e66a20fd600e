import type { Measurement, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { startBare, startModelgraph } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { TRANSPORTS, WEB_SOCKET } from '../clients/transports.ts';

const STREAMS = 8;

interface Saturated {
  readonly title: string;
  /** Every second delta is reasoning, so that each delta takes a frame of its own. */
  readonly alternate: boolean;
  /** Deltas in one turn of the event loop: what one read of a provider's socket may bring. */
  readonly burst: number;
}

const KINDS: readonly Saturated[] = [
  { title: 'a frame for each delta', alternate: true, burst: 16 },
  { title: 'text, 256 deltas in a turn', alternate: false, burst: 256 },
];

interface Pair {
  readonly bare: StreamRun;
  readonly ours: StreamRun;
}

const column = (runs: readonly StreamRun[], read: (run: StreamRun) => number): string =>
  toSpreadText(spreadOf(runs.map(read)));

const toRow = (title: string, runs: readonly StreamRun[], ratios: string): string[] => [
  title,
  column(runs, ({ deltasPerSecond }) => deltasPerSecond),
  column(runs, ({ framesPerSecond }) => framesPerSecond),
  column(runs, ({ cpuUsPerFrame }) => cpuUsPerFrame),
  column(runs, ({ cpuUsPerDelta }) => 1e6 / cpuUsPerDelta),
  column(runs, ({ cpuShare }) => 100 * cpuShare),
  ratios,
];

export const throughput: Measurement = {
  name: 'throughput',
  title: 'Deltas per second, as many as one core can',
  run: async ({ runs, pick, say }) => {
    const verdicts: Verdict[] = [];
    const rows: string[][] = [];
    const deltas = pick(15_000, 4_000);
    for (const { name, bare, subscribe } of TRANSPORTS)
      for (const { title, alternate, burst } of KINDS) {
        say(`${name}, ${title}`);
        const plan = { deltas, intervalMs: 0, alternate, burst };
        const pairs: Pair[] = [];
        await using bareServer = await startBare();
        await using ourServer = await startModelgraph();
        const measure = async (): Promise<Pair> => ({
          bare: await readStreams(bareServer, subscribe, STREAMS, plan),
          ours: await readStreams(ourServer, subscribe, STREAMS, plan),
        });
        await measure();
        for (let run = 0; run < runs; run += 1) pairs.push(await measure());
        // Per second of the server's CPU time: a load generator that is short of its own would flatter the slower side.
        const ratio = spreadOf(pairs.map((pair) => pair.bare.cpuUsPerDelta / pair.ours.cpuUsPerDelta));
        rows.push(
          toRow(
            `${bare}, ${title}`,
            pairs.map((pair) => pair.bare),
            '',
          ),
          toRow(
            `**${name}**, ${title}`,
            pairs.map((pair) => pair.ours),
            `**${toSpreadText(ratio)}**`,
          ),
        );
        verdicts.push({
          goal: `${name}, ${title}: ${alternate ? '0.8 of' : 'above'} bare ${bare}`,
          found: toSpreadText(ratio),
          reached: ratio.median >= (alternate ? 0.8 : 1),
        });
      }
    return {
      method: `${STREAMS} streams at once, ${deltas.toLocaleString('en')} deltas each, from a source in the server's own process that never waits: bare servers send the same JSON as fast as it is taken, ours has a provider that gives a number of deltas in each turn of the event loop, as one read of a socket may bring them. The first pair warms up and is not counted. Targets are held against deltas per second of the server's CPU time; where a server does not use its whole core, the load generator was the slower side and deltas/s say nothing of the server. Neighbouring deltas of one kind are merged for a reader who is behind, so both are measured: deltas that cannot be merged (text and reasoning in turn, 16 in a turn), and text alone.`,
      tables: [
        {
          title: 'Saturated',
          head: [
            '',
            'deltas/s',
            'frames/s',
            'CPU µs per frame',
            'deltas per CPU second',
            'CPU of the core, %',
            'of bare, per CPU second',
          ],
          rows,
        },
      ],
      verdicts,
      notes: verdicts.some(({ reached }) => reached === false)
        ? await profileOf(startModelgraph(), async (server) => {
            for (let round = 0; round < 2; round += 1)
              await readStreams(server, WEB_SOCKET.subscribe, STREAMS, {
                deltas,
                intervalMs: 0,
                alternate: true,
                burst: 16,
              });
          })
        : [],
    };
  },
};
