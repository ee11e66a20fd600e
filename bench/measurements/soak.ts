import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../answer-parent.ts';
import { createRandom } from '../create-random.ts';
import { type Followed, followWithDrops } from '../follow-with-drops.ts';
import { type Measurement, notMeasured, type Verdict } from '../measurement.ts';
import type { UpstreamReport } from '../paced-upstream.ts';
import { FAULTS, type Plan } from '../plan.ts';
import { fieldsOf, requestData } from '../request-data.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { startUpstream, type Upstream } from '../servers.ts';
import { median, toText } from '../statistics.ts';

const CLIENTS = 30;
const NODES = 2;
const SAMPLE_MS = 5_000;
const DRAIN_MS = 30_000;
const FAULT_CHANCE = 0.2;
const CANCEL_CHANCE = 0.15;
const DROP_CHANCE = 0.6;
const SLOW_CHANCE = 0.2;

const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';
const STATUS = 'query ($id: ID!) { generation(id: $id) { status } }';
const RUNNING = new Set(['QUEUED', 'RUNNING', 'REQUIRES_ACTION']);

interface Life {
  readonly plan: Plan;
  readonly cancelled: boolean;
  readonly followed: Followed;
}

/** Starts the nodes that share a database, or the one that has none. */
const startNodes = async (
  upstreamUrl: string,
  databaseUrl: string | null,
): Promise<readonly ServerProcess[]> => {
  const environment = {
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: upstreamUrl,
    MODELGRAPH_IDLE_TIMEOUT_MS: '2000',
    // Faults are meant to reach the generation that asks for them, and no other.
    MODELGRAPH_CIRCUIT_FAILURES: '0',
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
  };
  return Promise.all(
    Array.from({ length: databaseUrl === null ? 1 : NODES }, () => startServerProcess(environment)),
  );
};

/** One client: generation after generation, each with its own misfortunes. */
const live = async (
  client: number,
  urls: readonly string[],
  untilMs: number,
  lives: Life[],
): Promise<void> => {
  const random = createRandom(client + 1);
  for (let round = 0; performance.now() < untilMs; round += 1) {
    const fault = random() < FAULT_CHANCE ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
    const plan: Plan = {
      key: `soak-${client}-${round}`,
      deltas: 20 + Math.floor(random() * 300),
      intervalMs: 5 + Math.floor(random() * 15),
      ...(fault !== undefined && { fault }),
    };
    const cancelled = random() < CANCEL_CHANCE;
    const cancelAfterMs = random() * 1_000;
    const cancelling: Promise<unknown>[] = [];
    const followed = await followWithDrops({
      urls,
      plan,
      random,
      dropWithin: random() < DROP_CHANCE ? 60 : null,
      pauseChance: random() < SLOW_CHANCE ? 0.02 : 0,
      onStarted: (id) => {
        if (!cancelled) return;
        const url = urls[Math.floor(random() * urls.length)] ?? '';
        cancelling.push(setTimeout(cancelAfterMs).then(() => requestData(url, CANCEL, { id })));
      },
    });
    await Promise.all(cancelling);
    lives.push({ plan, cancelled, followed });
  }
};

/** Ends that do not fit what was done to the generation. */
const isStrange = ({ plan, cancelled, followed: { end } }: Life): boolean => {
  const expected = [
    plan.fault === undefined ? 'GenerationCompleted' : 'GenerationFailed',
    ...(cancelled ? ['GenerationCancelled'] : []),
  ];
  return !expected.includes(end);
};

const countRunning = async (url: string, lives: readonly Life[]): Promise<number> => {
  let running = 0;
  for (const { followed } of lives.slice(-1_000)) {
    const { generation } = await requestData<{ readonly generation: { readonly status: string } | null }>(
      url,
      STATUS,
      {
        id: followed.id,
      },
    );
    if (generation !== null && RUNNING.has(generation.status)) running += 1;
  }
  return running;
};

const waitForUpstream = async (upstream: Upstream): Promise<number> => {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const { open } = await upstream.child.ask<UpstreamReport>('report');
    if (open === 0 || performance.now() > until) return open;
    await setTimeout(100);
  }
};

const mib = (bytes: number): string => toText(bytes / 2 ** 20);

export const soak: Measurement = {
  name: 'soak',
  title: 'Minutes of misfortune',
  run: async ({ minutes, databaseUrl, say }) => {
    await using upstream = await startUpstream();
    await using stack = new AsyncDisposableStack();
    const nodes = (await startNodes(upstream.baseUrl, databaseUrl)).map((node) => stack.use(node));
    const [first] = nodes;
    if (first === undefined) throw new RangeError('no node was started');
    if (!(await fieldsOf(first, 'Subscription')).includes('generationEvents'))
      return notMeasured('the schema has no generationEvents yet.');
    const urls = nodes.map(({ url }) => url);
    const lives: Life[] = [];
    const samples: Sample[][] = nodes.map(() => []);
    const untilMs = performance.now() + minutes * 60_000;
    const sampling = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        await setTimeout(SAMPLE_MS);
        for (const [index, { child }] of nodes.entries()) {
          await child.ask('collectGarbage');
          samples[index]?.push(await child.ask<Sample>('sample'));
        }
        say(
          `${lives.length} generations, heap ${samples.map((of) => mib(of.at(-1)?.heapBytes ?? 0)).join(' and ')} MiB`,
        );
      }
    };
    await Promise.all([
      sampling(),
      ...Array.from({ length: CLIENTS }, (_, client) => live(client, urls, untilMs, lives)),
    ]);

    const open = await waitForUpstream(upstream);
    const running = await countRunning(first.url, lives);
    const exits = await Promise.all(nodes.map((node) => node.stop()));
    const sum = (read: (one: Followed) => number): number =>
      lives.reduce((total, { followed }) => total + read(followed), 0);
    const ends = Map.groupBy(lives, ({ followed: { end } }) => end);
    const strange = lives.filter(isStrange).length;
    const incomplete = lives.filter(({ followed }) => !followed.complete).length;
    const lost = sum((one) => one.lost);
    const doubled = sum((one) => one.doubled);
    const growths = samples.map((of) => {
      const quarter = Math.max(1, of.length >> 2);
      const heapOf = (some: readonly Sample[]): number => median(some.map(({ heapBytes }) => heapBytes));
      return heapOf(of.slice(-quarter)) / heapOf(of.slice(quarter, 2 * quarter));
    });
    const verdicts: Verdict[] = [
      { goal: 'no generation is left running', found: toText(running), reached: running === 0 },
      { goal: 'no upstream socket is left open', found: toText(open), reached: open === 0 },
      {
        goal: 'every log is complete: nothing lost',
        found: `${lost} lost, ${incomplete} incomplete`,
        reached: lost + incomplete === 0,
      },
      { goal: 'nothing doubled', found: toText(doubled), reached: doubled === 0 },
      {
        goal: 'every generation ends as what happened to it says',
        found: `${strange} otherwise`,
        reached: strange === 0,
      },
      {
        goal: 'heap of the last quarter 1.2 times that of the second at most',
        found: growths.map(toText).join(' and '),
        reached: minutes >= 2 ? growths.every((growth) => growth <= 1.2) : null,
      },
      {
        goal: 'stops when asked to',
        found: `exit ${exits.join(' and ')}`,
        reached: exits.every((exit) => exit === 0),
      },
    ];
    return {
      method: `${toText(minutes)} minutes of ${CLIENTS} clients against ${nodes.length === 1 ? 'one server process on its own file' : `${nodes.length} server processes on one PostgreSQL, each connection to any of them`} (\`src/main.ts\`). Generations of 20 to 320 deltas; connections that break after 1 to 60 events, resumed over either transport; readers that pause; \`cancelGeneration\`; upstreams that reset, truncate, fail inside the stream, refuse, or go silent. Memory after collecting garbage, every ${SAMPLE_MS / 1_000} s; ended generations are kept in memory up to a limit, which a short run does not reach.${databaseUrl === null ? ' Set DATABASE_URL for several nodes.' : ''}`,
      tables: [
        {
          title: 'What happened',
          head: ['generations', ...ends.keys(), 'disconnects', 'snapshots'],
          rows: [
            [
              toText(lives.length),
              ...[...ends.values()].map((some) => toText(some.length)),
              toText(sum((one) => one.drops)),
              toText(sum((one) => one.snapshots)),
            ],
          ],
        },
        {
          title: 'Memory, MiB',
          head: [
            'node',
            'heap at first',
            'heap at last',
            'heap, most',
            'RSS at first',
            'RSS at last',
            'RSS, most',
          ],
          rows: samples.map((of, index) => [
            String(index + 1),
            ...[
              of[0]?.heapBytes ?? 0,
              of.at(-1)?.heapBytes ?? 0,
              Math.max(...of.map(({ heapBytes }) => heapBytes)),
              of[0]?.rssBytes ?? 0,
              of.at(-1)?.rssBytes ?? 0,
              Math.max(...of.map(({ rssBytes }) => rssBytes)),
            ].map(mib),
          ]),
        },
      ],
      verdicts,
      notes: [],
    };
  },
};
