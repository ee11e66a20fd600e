import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../programs/answer-parent.ts';
import type { Measurement, Verdict } from '../report/measurement.ts';
import type { Plan } from '../plan.ts';
import { openAll } from '../clients/probe.ts';
import { type Server, startBare, startModelgraph } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { GENERATION_EVENTS, type Operation, startGeneration, toGenerate } from '../clients/subscription.ts';
import { type MeasuredTransport, TRANSPORTS } from '../clients/transports.ts';

/** Of one subscription. */
export interface Footprint {
  readonly rssKib: number;
  readonly heapKib: number;
}

const WARM_UP = 50;
const SETTLE_MS = 1_500;

/** Generations that the subscriptions of the state `FOLLOWING` share. */
const SHARED = 10;

interface State {
  readonly name: string;
  readonly plan: Omit<Plan, 'key'>;
  /** Whether the subscriptions join generations that are there already, instead of each starting its own. */
  readonly isShared?: boolean;
}

const IDLE_PLAN = { deltas: null, intervalMs: 0 } as const;
const FOLLOWING: State = { name: `idle, following ${SHARED} generations`, plan: IDLE_PLAN, isShared: true };
const IDLE: State = { name: 'idle, a generation each', plan: IDLE_PLAN };
export const STREAMING: State = { name: 'streaming', plan: { deltas: 1_000_000, intervalMs: 500 } };

const sampleOf = async ({ child }: Server): Promise<Sample> => {
  await child.ask('collectGarbage');
  await setTimeout(SETTLE_MS / 3);
  await child.ask('collectGarbage');
  return child.ask<Sample>('sample');
};

/** What each subscription asks for. A bare server understands all of them by the plan alone. */
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

/** What open subscriptions take of a server that has not had so many before. */
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

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory of an open subscription',
  run: async ({ runs, pick, say }) => {
    const verdicts: Verdict[] = [];
    const rows: string[][] = [];
    for (const count of pick([1_000, 5_000], [1_000]))
      for (const state of [FOLLOWING, IDLE, STREAMING])
        for (const transport of TRANSPORTS) {
          say(`${count} ${state.name} over ${transport.name}`);
          const bare: Footprint[] = [];
          const ours: Footprint[] = [];
          for (let run = 0; run < runs; run += 1)
            for (const [start, found] of [
              [startBare, bare],
              [startModelgraph, ours],
            ] as const) {
              // A process that has grown gives nothing back: each has to be a new one.
              await using server = await start();
              found.push(await footprintOf(server, transport, state, count, found === bare));
            }
          const ratio = spreadOf(
            ours.map(({ rssKib }, index) => rssKib / (bare[index]?.rssKib ?? Number.NaN)),
          );
          const cells = (found: readonly Footprint[]): string[] => [
            toSpreadText(spreadOf(found.map(({ rssKib }) => rssKib))),
            toSpreadText(spreadOf(found.map(({ heapKib }) => heapKib))),
          ];
          const what = `${count.toLocaleString('en')} ${state.name}`;
          rows.push(
            [`${what}, bare ${transport.bare}`, ...cells(bare), ''],
            [`${what}, **${transport.name}**`, ...cells(ours), `**${toSpreadText(ratio)}**`],
          );
          if (state !== STREAMING)
            verdicts.push({
              goal: `${what} over ${transport.name}: 2.5 times bare ${transport.bare} at most`,
              found: toSpreadText(ratio),
              reached: ratio.median <= 2.5,
            });
        }
    return {
      method: `Growth of a new server process (warmed up with ${WARM_UP} subscriptions) divided by the number of subscriptions, after collecting garbage. Idle: a model that has not said anything yet; what a generation takes of its own (its state, its log, its row in the store) is counted where each subscription has started one, and not where all of them join the same few. Streaming: 2 deltas a second, ${SETTLE_MS / 1_000} s of them.`,
      tables: [{ title: 'Per subscription', head: ['', 'RSS, KiB', 'heap, KiB', 'RSS of bare'], rows }],
      verdicts,
      notes: [],
    };
  },
};
