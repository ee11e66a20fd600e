import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../answer-parent.ts';
import type { Measurement, Verdict } from '../measurement.ts';
import type { Plan } from '../plan.ts';
import { openAll } from '../probe.ts';
import { type Server, startBare, startModelgraph } from '../servers.ts';
import { spreadOf, toSpreadText } from '../statistics.ts';
import { toGenerate } from '../subscription.ts';
import { type MeasuredTransport, TRANSPORTS } from '../transports.ts';

/** Of one subscription. */
export interface Footprint {
  readonly rssKib: number;
  readonly heapKib: number;
}

const WARM_UP = 50;
const SETTLE_MS = 1_500;

interface State {
  readonly name: string;
  readonly plan: Omit<Plan, 'key'>;
}

export const IDLE: State = { name: 'idle', plan: { deltas: null, intervalMs: 0 } };
export const STREAMING: State = { name: 'streaming', plan: { deltas: 1_000_000, intervalMs: 500 } };

const sampleOf = async ({ child }: Server): Promise<Sample> => {
  await child.ask('collectGarbage');
  await setTimeout(SETTLE_MS / 3);
  await child.ask('collectGarbage');
  return child.ask<Sample>('sample');
};

/** What open subscriptions take of a server that has not had so many before. */
export const footprintOf = async (
  server: Server,
  { subscribe }: MeasuredTransport,
  { plan }: State,
  count: number,
): Promise<Footprint> => {
  const open = (total: number) =>
    openAll(total, (index) =>
      subscribe(server.url, toGenerate({ ...plan, key: `memory-${index}` }), () => undefined),
    );
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
      for (const state of [IDLE, STREAMING])
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
              found.push(await footprintOf(server, transport, state, count));
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
          if (state === IDLE)
            verdicts.push({
              goal: `${what} over ${transport.name}: 2.5 times bare ${transport.bare} at most`,
              found: toSpreadText(ratio),
              reached: ratio.median <= 2.5,
            });
        }
    return {
      method: `Growth of a new server process (warmed up with ${WARM_UP} subscriptions) divided by the number of subscriptions, after collecting garbage. Idle: a model that has not said anything yet. Streaming: 2 deltas a second, ${SETTLE_MS / 1_000} s of them.`,
      tables: [{ title: 'Per subscription', head: ['', 'RSS, KiB', 'heap, KiB', 'RSS of bare'], rows }],
      verdicts,
      notes: [],
    };
  },
};
