import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { type Comparison, reportComparisons } from '../report/comparison.ts';
import { toFigures } from '../report/figures.ts';
import { profileOf } from '../report/profile-of.ts';
import { readStreams, type StreamRun } from '../clients/read-streams.ts';
import { BARE, PRESENT, startBuilds, toAlternating } from '../programs/builds.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { type MeasuredTransport, TRANSPORTS, WEB_SOCKET } from '../clients/transports.ts';
import { alternate, compareRounds, getRounds, ratioOf, type Rounds } from './alternate.ts';

const INTERVAL_MS = 20;
const COALESCE_MS = 50;
/** Of the CPU time of the bare server. */
const MAX_RATIO = 1.2;

interface Cell {
  readonly transport: MeasuredTransport;
  readonly rounds: Rounds<StreamRun>;
}

interface Plan {
  readonly deltas: number;
  readonly intervalMs: number;
}

const cpuUsPerDelta = (run: StreamRun): number => run.cpuUsPerDelta;

const COLUMNS: readonly (readonly [title: string, read: (run: StreamRun) => number])[] = [
  ['CPU µs per delta', cpuUsPerDelta],
  ['CPU of the core, %', ({ cpuShare }) => 100 * cpuShare],
  ['delay p50, ms', ({ delayP50Ms }) => delayP50Ms],
  ['delay p99, ms', ({ delayP99Ms }) => delayP99Ms],
  ['loop delay p99, ms', ({ loopDelayP99Ms }) => loopDelayP99Ms],
];

const HEAD = ['', ...COLUMNS.map(([title]) => title), 'CPU of bare'];

const toRow = (title: string, runs: readonly StreamRun[], ratio = ''): string[] => [
  title,
  ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(runs.map(read)))),
  ratio,
];

/** Streams that send each delta as it comes, of the bare server and of each build in turn. */
const measureEach = async (
  { runs, before }: Scale,
  transport: MeasuredTransport,
  streams: number,
  plan: Plan,
): Promise<Cell> => {
  await using stack = new AsyncDisposableStack();
  const servers = await startBuilds(stack, toAlternating(before));
  const subjects = servers.map(({ name, server }) => ({
    name,
    measure: () => readStreams(server, transport.subscribe, streams, plan),
  }));
  return { transport, rounds: await alternate(subjects, { runs, warmsUp: true }) };
};

/** More streams than one core takes one by one: deltas that follow each other are sent as one. */
const measureCoalesced = async (
  { runs }: Scale,
  transport: MeasuredTransport,
  streams: number,
  plan: Plan,
): Promise<Cell> => {
  await using server = await PRESENT.start({ settings: { coalesceMs: COALESCE_MS } });
  const measure = () => readStreams(server, transport.subscribe, streams, plan);
  const rounds = await alternate([{ name: PRESENT.name, measure }], { runs, warmsUp: true });
  return { transport, rounds };
};

const toRows = ({ transport, rounds }: Cell): string[][] =>
  [...rounds].map(([name, runs]) =>
    name === BARE.name
      ? toRow(`bare ${transport.bare}`, runs)
      : toRow(
          `**${transport.name}**, ${name}`,
          runs,
          `**${toSpreadText(ratioOf(rounds, [name, BARE.name], cpuUsPerDelta))}**`,
        ),
  );

const toVerdict = ({ transport, rounds }: Cell): Verdict => {
  const ratio = ratioOf(rounds, [PRESENT.name, BARE.name], cpuUsPerDelta);
  return {
    goal: `${transport.name}: ${MAX_RATIO} times the CPU time of bare ${transport.bare} at most`,
    found: toSpreadText(ratio),
    reached: ratio.median <= MAX_RATIO,
  };
};

const toCoalescedVerdict = ({ transport, rounds }: Cell, streams: number): Verdict => {
  const runs = getRounds(rounds, PRESENT.name);
  const delay = spreadOf(runs.map(({ delayP99Ms }) => delayP99Ms));
  const share = spreadOf(runs.map(({ cpuShare }) => 100 * cpuShare));
  return {
    goal: `${transport.name}, ${streams} streams: keeps up (delay p99 below ${5 * COALESCE_MS} ms)`,
    found: `delay p99 ${toSpreadText(delay)} ms, CPU ${toSpreadText(share)} %`,
    reached: delay.median < 5 * COALESCE_MS,
  };
};

const toComparisons = ({ transport, rounds }: Cell, before: string): readonly Comparison[] => {
  const names = { now: PRESENT.name, before };
  const compare = (what: string, read: (run: StreamRun) => number): Comparison =>
    compareRounds(rounds, names, { what: `${transport.name}, ${what}`, better: 'less' }, read);
  return [
    compare('CPU µs per delta', cpuUsPerDelta),
    compare('delay p99, ms', ({ delayP99Ms }) => delayP99Ms),
  ];
};

export const paced: Measurement = {
  name: 'paced',
  title: 'CPU time of a delta at the pace of a model',
  run: async (scale): Promise<Report> => {
    const { before, pick, say } = scale;
    const streams = pick(200, 100);
    const many = pick(1_000, 300);
    const plan = { deltas: pick(400, 100), intervalMs: INTERVAL_MS };
    const each: Cell[] = [];
    const coalesced: Cell[] = [];
    for (const transport of TRANSPORTS) {
      say(`${streams} streams over ${transport.name}`);
      each.push(await measureEach(scale, transport, streams, plan));
    }
    for (const transport of TRANSPORTS) {
      say(`${many} streams over ${transport.name}, coalesced`);
      coalesced.push(await measureCoalesced(scale, transport, many, plan));
    }
    const compared = reportComparisons(
      before,
      before === null ? [] : each.flatMap((cell) => toComparisons(cell, before.name)),
    );
    const verdicts = [
      ...each.map(toVerdict),
      ...coalesced.map((cell) => toCoalescedVerdict(cell, many)),
      ...compared.verdicts,
    ];
    const coalescedRows = coalesced.map(({ transport, rounds }) =>
      toRow(transport.name, getRounds(rounds, PRESENT.name)),
    );
    return {
      method: `Streams of ${1_000 / INTERVAL_MS} deltas a second each, one connection each, from timers in the server's own process, on both sides. CPU time is that of the server's whole process; delay is from the source to the receipt. The first round warms up and is not counted.`,
      tables: [
        { title: `${streams} streams, each delta as it comes`, head: HEAD, rows: each.flatMap(toRows) },
        {
          title: `${many} streams, deltas of ${COALESCE_MS} ms in one event`,
          head: HEAD,
          rows: coalescedRows,
        },
        ...compared.tables,
      ],
      verdicts,
      notes: verdicts.some(({ reached }) => reached === false)
        ? await profileOf(PRESENT.start(), async (server) => {
            await readStreams(server, WEB_SOCKET.subscribe, streams, plan);
          })
        : [],
      figures: each.flatMap(({ transport, rounds }) =>
        toFigures(rounds, COLUMNS, (name) => `${transport.name}, ${name}`),
      ),
    };
  },
};
