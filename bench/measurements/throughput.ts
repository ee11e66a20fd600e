import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { type Comparison, reportComparisons } from '../report/comparison.ts';
import { toFigures } from '../report/figures.ts';
import { profileOf } from '../report/profile-of.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { BARE, PRESENT, startBuilds, toAlternating } from '../programs/builds.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { type MeasuredTransport, SSE, TRANSPORTS, WEB_SOCKET } from '../clients/transports.ts';
import { alternate, compareRounds, ratioOf, type Rounds } from './alternate.ts';

const STREAMS = 8;

interface Saturated {
  readonly title: string;
  /** Every second delta is reasoning, so that each delta takes a frame of its own. */
  readonly alternate: boolean;
  /** Deltas in one turn of the event loop: what one read of a provider's socket may bring. */
  readonly burst: number;
  /** The least of what the bare server does per CPU second, by transport. */
  readonly targets: Readonly<Record<string, number>>;
}

const KINDS: readonly Saturated[] = [
  {
    title: 'a frame for each delta',
    alternate: true,
    burst: 16,
    targets: { [WEB_SOCKET.name]: 1.8, [SSE.name]: 0.8 },
  },
  {
    title: 'text, 256 deltas in a turn',
    alternate: false,
    burst: 256,
    targets: { [WEB_SOCKET.name]: 3, [SSE.name]: 1.5 },
  },
];

interface Cell {
  readonly transport: MeasuredTransport;
  readonly kind: Saturated;
  readonly rounds: Rounds<StreamRun>;
}

/**
 * Targets are about CPU time: where the load generator is the slower side, deltas per second would flatter the server
 * that has more of its core to spare.
 */
const perCpuSecond = ({ cpuUsPerDelta }: StreamRun): number => 1e6 / cpuUsPerDelta;

const COLUMNS: readonly (readonly [title: string, read: (run: StreamRun) => number])[] = [
  ['deltas/s', ({ deltasPerSecond }) => deltasPerSecond],
  ['frames/s', ({ framesPerSecond }) => framesPerSecond],
  ['CPU µs per frame', ({ cpuUsPerFrame }) => cpuUsPerFrame],
  ['deltas per CPU second', perCpuSecond],
  ['CPU of the core, %', ({ cpuShare }) => 100 * cpuShare],
];

const measureCell = async (
  { runs, before }: Scale,
  transport: MeasuredTransport,
  kind: Saturated,
  deltas: number,
): Promise<Cell> => {
  const plan = { deltas, intervalMs: 0, alternate: kind.alternate, burst: kind.burst };
  await using stack = new AsyncDisposableStack();
  const servers = await startBuilds(stack, toAlternating(before));
  const subjects = servers.map(({ name, server }) => ({
    name,
    measure: () => readStreams(server, transport.subscribe, STREAMS, plan),
  }));
  return { transport, kind, rounds: await alternate(subjects, { runs, warmsUp: true }) };
};

const toRows = ({ transport, kind, rounds }: Cell): string[][] =>
  [...rounds].map(([name, runs]) => [
    `${name === BARE.name ? transport.bare : `**${transport.name}**, ${name}`}, ${kind.title}`,
    ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(runs.map(read)))),
    name === BARE.name ? '' : `**${toSpreadText(ratioOf(rounds, [name, BARE.name], perCpuSecond))}**`,
  ]);

const toVerdict = ({ transport, kind, rounds }: Cell): Verdict => {
  const ratio = ratioOf(rounds, [PRESENT.name, BARE.name], perCpuSecond);
  const least = kind.targets[transport.name] ?? 1;
  return {
    goal: `${transport.name}, ${kind.title}: ${least} of bare ${transport.bare} at least`,
    found: toSpreadText(ratio),
    reached: ratio.median >= least,
  };
};

const toComparison = ({ transport, kind, rounds }: Cell, before: string): Comparison =>
  compareRounds(
    rounds,
    { now: PRESENT.name, before },
    { what: `${transport.name}, ${kind.title}, deltas per CPU second`, better: 'more' },
    perCpuSecond,
  );

const profile = (deltas: number): Promise<readonly string[]> =>
  profileOf(PRESENT.start(), async (server) => {
    const plan = { deltas, intervalMs: 0, alternate: true, burst: 16 };
    for (let round = 0; round < 2; round += 1) await readStreams(server, WEB_SOCKET.subscribe, STREAMS, plan);
  });

export const throughput: Measurement = {
  name: 'throughput',
  title: 'Deltas per second, as many as one core can',
  run: async (scale): Promise<Report> => {
    const { before, pick, say } = scale;
    const deltas = pick(15_000, 4_000);
    const cells: Cell[] = [];
    for (const transport of TRANSPORTS)
      for (const kind of KINDS) {
        say(`${transport.name}, ${kind.title}`);
        cells.push(await measureCell(scale, transport, kind, deltas));
      }
    const compared = reportComparisons(
      before,
      before === null ? [] : cells.map((cell) => toComparison(cell, before.name)),
    );
    const verdicts = [...cells.map(toVerdict), ...compared.verdicts];
    return {
      method: `${STREAMS} streams at once, ${deltas.toLocaleString('en')} deltas each, from a source in the server's own process that never waits: bare servers send the same JSON as fast as the socket takes it, and ours has a provider that gives a number of deltas in each turn of the event loop, as one batch, as one read of a socket may bring them. The first round warms up and is not counted. Targets compare deltas per second of the server's CPU time; where a server does not use its whole core, the load generator was the slower side and deltas/s say nothing of the server. Neighbouring deltas of one kind are merged for a reader that is behind, and more than 32 of them that come at once are one event from the start, so both are measured: deltas that cannot be merged (text and reasoning in turn, 16 in a turn), and text alone.`,
      tables: [
        {
          title: 'Saturated',
          head: ['', ...COLUMNS.map(([title]) => title), 'of bare, per CPU second'],
          rows: cells.flatMap(toRows),
        },
        ...compared.tables,
      ],
      verdicts,
      notes: verdicts.some(({ reached }) => reached === false) ? await profile(deltas) : [],
      figures: cells.flatMap(({ transport, kind, rounds }) =>
        toFigures(rounds, COLUMNS, (name) => `${transport.name}, ${name}, ${kind.title}`),
      ),
    };
  },
};
