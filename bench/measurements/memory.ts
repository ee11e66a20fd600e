import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../programs/answer-parent.ts';
import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { type Comparison, reportComparisons } from '../report/comparison.ts';
import { toFigures } from '../report/figures.ts';
import type { Plan } from '../programs/plan.ts';
import { openAll } from '../clients/probe.ts';
import { BARE, PRESENT, toAlternating } from '../programs/builds.ts';
import type { Server } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { GENERATION_EVENTS, type Operation, startGeneration, toGenerate } from '../clients/subscription.ts';
import { type MeasuredTransport, TRANSPORTS } from '../clients/transports.ts';
import { alternate, compareRounds, ratioOf, type Rounds } from './alternate.ts';

/** Of one subscription. */
export interface Footprint {
  readonly rssKib: number;
  readonly heapKib: number;
}

const WARM_UP = 50;
const SETTLE_MS = 1_500;

/** Generations that the subscriptions of the state `SHARED_IDLE` share. */
const SHARED = 10;

interface State {
  readonly name: string;
  readonly plan: Omit<Plan, 'key'>;
  /** Whether the subscriptions join generations that run already, instead of each starting its own. */
  readonly isShared?: boolean;
  /** Of Node, for every server. */
  readonly nodeFlags?: readonly string[];
  /** The most RSS, as a multiple of the bare server's; left out: no target. */
  readonly maxRatio?: number;
}

const IDLE_PLAN = { deltas: null, intervalMs: 0 } as const;
const SHARED_IDLE: State = {
  name: `idle, joining ${SHARED} generations`,
  plan: IDLE_PLAN,
  isShared: true,
  maxRatio: 2,
};
const IDLE: State = { name: 'idle, a generation each', plan: IDLE_PLAN, maxRatio: 3 };
/** Of `npm start`, here for the bare server as well: V8 would let the young generation grow with the memory of the machine. */
const BOUNDED_FLAGS = ['--max-semi-space-size=16'];
const toBounded = (state: State): State => ({
  ...state,
  name: `${state.name}, \`${BOUNDED_FLAGS.join(' ')}\``,
  nodeFlags: BOUNDED_FLAGS,
});
export const STREAMING: State = { name: 'streaming', plan: { deltas: 1_000_000, intervalMs: 500 } };

const sampleOf = async ({ child }: Server): Promise<Sample> => {
  await child.ask('collectGarbage');
  await setTimeout(SETTLE_MS / 3);
  await child.ask('collectGarbage');
  return child.ask<Sample>('sample');
};

/** The operation of each subscription. A bare server reads nothing of it but the plan. */
const createOperations = async (
  server: Server,
  { plan, isShared = false }: State,
  isBare: boolean,
): Promise<(index: number) => Operation> => {
  const own = (index: number): Operation => toGenerate({ ...plan, key: `memory-${index}` });
  if (!isShared) return own;
  const ids: string[] = [];
  for (let index = 0; index < (isBare ? 0 : SHARED); index += 1)
    ids.push(await startGeneration(server.url, { ...plan, key: `memory-${index}` }));
  return (index) => ({
    query: GENERATION_EVENTS,
    variables: { ...own(index).variables, id: ids[index % SHARED] ?? 'bare' },
  });
};

/** The memory of open subscriptions, in a server that has not had so many before. */
export const footprintOf = async (
  server: Server,
  { subscribe }: MeasuredTransport,
  state: State,
  count: number,
  isBare = false,
): Promise<Footprint> => {
  const toOperation = await createOperations(server, state, isBare);
  const open = (total: number) =>
    openAll(total, (index) => subscribe(server.url, toOperation(index), () => undefined));
  const leave = async (opened: Awaited<ReturnType<typeof open>>): Promise<void> => {
    for (const subscription of opened) subscription.drop();
    await Promise.all(opened.map(({ ended }) => ended));
  };
  await leave(await open(WARM_UP));
  await setTimeout(SETTLE_MS / 3);
  const before = await sampleOf(server);
  const opened = await open(count);
  await setTimeout(SETTLE_MS);
  const after = await sampleOf(server);
  await leave(opened);
  return {
    rssKib: (after.rssBytes - before.rssBytes) / 1_024 / count,
    heapKib: (after.heapBytes - before.heapBytes) / 1_024 / count,
  };
};

interface Cell {
  readonly title: string;
  readonly state: State;
  readonly transport: MeasuredTransport;
  readonly rounds: Rounds<Footprint>;
}

const rssKib = (footprint: Footprint): number => footprint.rssKib;

const measureCell = async (
  { runs, before }: Scale,
  count: number,
  state: State,
  transport: MeasuredTransport,
): Promise<Cell> => {
  const subjects = toAlternating(before).map(({ name, start }) => ({
    name,
    measure: async () => {
      // A process that has grown gives nothing back, so that each measurement needs a new one.
      await using server = await start({}, state.nodeFlags);
      return await footprintOf(server, transport, state, count, name === BARE.name);
    },
  }));
  const rounds = await alternate(subjects, { runs, warmsUp: false });
  return { title: `${count.toLocaleString('en')} ${state.name}`, state, transport, rounds };
};

const COLUMNS: readonly (readonly [title: string, read: (footprint: Footprint) => number])[] = [
  ['RSS, KiB', rssKib],
  ['heap, KiB', ({ heapKib }) => heapKib],
];

const toRows = ({ title, transport, rounds }: Cell): string[][] =>
  [...rounds].map(([name, found]) => [
    `${title}, ${name === BARE.name ? `bare ${transport.bare}` : `**${transport.name}**, ${name}`}`,
    ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(found.map(read)))),
    name === BARE.name ? '' : `**${toSpreadText(ratioOf(rounds, [name, BARE.name], rssKib))}**`,
  ]);

const toVerdicts = ({ title, state: { maxRatio }, transport, rounds }: Cell): Verdict[] => {
  if (maxRatio === undefined) return [];
  const ratio = ratioOf(rounds, [PRESENT.name, BARE.name], rssKib);
  return [
    {
      goal: `${title} over ${transport.name}: ${maxRatio} times bare ${transport.bare} at most`,
      found: toSpreadText(ratio),
      reached: ratio.median <= maxRatio,
    },
  ];
};

const toComparisons = ({ title, transport, rounds }: Cell, before: string): readonly Comparison[] => {
  const compare = (what: string, read: (footprint: Footprint) => number): Comparison =>
    compareRounds(
      rounds,
      { now: PRESENT.name, before },
      { what: `${title} over ${transport.name}, ${what}`, better: 'less' },
      read,
    );
  return [compare('RSS KiB', rssKib), compare('heap KiB', ({ heapKib }) => heapKib)];
};

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory of an open subscription',
  run: async (scale): Promise<Report> => {
    const { before, pick, say } = scale;
    const cells: Cell[] = [];
    for (const count of pick([1_000, 5_000], [1_000]))
      for (const state of [SHARED_IDLE, IDLE, toBounded(SHARED_IDLE), toBounded(IDLE), STREAMING])
        for (const transport of TRANSPORTS) {
          say(`${count} ${state.name} over ${transport.name}`);
          cells.push(await measureCell(scale, count, state, transport));
        }
    const compared = reportComparisons(
      before,
      before === null ? [] : cells.flatMap((cell) => toComparisons(cell, before.name)),
    );
    return {
      method: `Growth of a new server process (warmed up with ${WARM_UP} subscriptions) divided by the number of subscriptions, after collecting garbage. This server has the flags of \`npm start\`, which bound its young generation; where a row names them, the bare one has them as well. Idle: a model that has sent nothing yet; the memory of a generation itself (its state, its event log, its row in the store) is counted where each subscription has started one, and not where all of them join the same few. Streaming: 2 deltas a second for ${SETTLE_MS / 1_000} s.`,
      tables: [
        {
          title: 'Per subscription',
          head: ['', ...COLUMNS.map(([column]) => column), 'RSS of bare'],
          rows: cells.flatMap(toRows),
        },
        ...compared.tables,
      ],
      verdicts: [...cells.flatMap(toVerdicts), ...compared.verdicts],
      notes: [],
      figures: cells.flatMap(({ title, transport, rounds }) =>
        toFigures(rounds, COLUMNS, (name) => `${title}, ${transport.name}, ${name}`),
      ),
    };
  },
};
