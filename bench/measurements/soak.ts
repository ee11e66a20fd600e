import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../programs/answer-parent.ts';
import { createRandom } from '../../test/support/create-random.ts';
import { type Followed, followWithDrops } from '../clients/follow-with-drops.ts';
import { type Measurement, notMeasured, type Verdict } from '../report/measurement.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import { FAULTS, type Plan } from '../programs/plan.ts';
import { fieldsOf, requestData } from '../clients/request-data.ts';
import { type ServerProcess, startServerProcess } from '../programs/server-process.ts';
import { startUpstream, type Upstream } from '../programs/servers.ts';
import { startSharedDatabase } from '../programs/shared-database.ts';
import { toText } from '../report/statistics.ts';

const CLIENTS = 30;
const NODES = 3;
const SAMPLE_MS = 5_000;
const DRAIN_MS = 30_000;
const FAULT_CHANCE = 0.2;
const CANCEL_CHANCE = 0.15;
const DROP_CHANCE = 0.6;
const SLOW_CHANCE = 0.2;

const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';
const RUNNING = '{ generations(first: 100, status: [QUEUED, RUNNING, REQUIRES_ACTION]) { nodes { id } } }';
/** Short enough for ended generations to leave the memory at the rate at which they come, well before the end. */
const EVENT_RETENTION_MS = 20_000;
/** The heap may wander by so much a minute without anything being kept that should not. */
const FLAT_MIB_PER_MINUTE = 2;

interface Life {
  readonly plan: Plan;
  readonly cancelled: boolean;
  readonly followed: Followed;
  /** What servers answered to `cancelGeneration` instead of doing it. */
  readonly refusals: readonly string[];
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
    MODELGRAPH_EVENT_RETENTION_MS: String(EVENT_RETENTION_MS),
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
    const cancelling: Promise<void>[] = [];
    const refusals: string[] = [];
    const followed = await followWithDrops({
      urls,
      plan,
      random,
      dropWithin: random() < DROP_CHANCE ? 60 : null,
      pauseChance: random() < SLOW_CHANCE ? 0.02 : 0,
      onStarted: (id) => {
        if (!cancelled) return;
        const url = urls[Math.floor(random() * urls.length)] ?? '';
        const cancel = async (): Promise<void> => {
          await setTimeout(cancelAfterMs);
          try {
            await requestData(url, CANCEL, { id });
          } catch (error) {
            refusals.push(`cancelGeneration: ${String(error)}`);
          }
        };
        cancelling.push(cancel());
      },
    });
    await Promise.all(cancelling);
    lives.push({ plan, cancelled, followed, refusals });
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

/** Asked of every node: what one of them still runs, or takes for running. */
const countRunning = async (urls: readonly string[]): Promise<number> => {
  const answers = await Promise.all(
    urls.map((url) =>
      requestData<{ readonly generations: { readonly nodes: readonly { readonly id: string }[] } }>(
        url,
        RUNNING,
      ),
    ),
  );
  return new Set(answers.flatMap(({ generations }) => generations.nodes.map(({ id }) => id))).size;
};

/** What is left running once the ends that are being stored have had time to be. */
const waitForEnds = async (urls: readonly string[]): Promise<number> => {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const running = await countRunning(urls);
    if (running === 0 || performance.now() > until) return running;
    await setTimeout(100);
  }
};

const waitForUpstream = async (upstream: Upstream): Promise<number> => {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const { open } = await upstream.child.ask<UpstreamReport>('report');
    if (open === 0 || performance.now() > until) return open;
    await setTimeout(100);
  }
};

/** Each text once, with how often it came, whichever generation it named. */
const countAlike = (texts: readonly string[]): readonly string[] =>
  [...Map.groupBy(texts, (text) => text.replaceAll(/gen_\w+/g, 'gen_…'))].map(
    ([text, alike]) => `${alike.length} × ${text}`,
  );

const mib = (bytes: number): string => toText(bytes / 2 ** 20);

/** How fast the heap grows over the second half of the samples, MiB a minute, by least squares. */
const heapSlope = (samples: readonly Sample[]): number => {
  const half = samples.slice(samples.length >> 1).map(({ heapBytes }) => heapBytes / 2 ** 20);
  const middle = (half.length - 1) / 2;
  const mean = half.reduce((sum, heap) => sum + heap, 0) / half.length;
  const products = half.map((heap, index) => (index - middle) * (heap - mean));
  const squares = half.map((_, index) => (index - middle) ** 2);
  const perSample = products.reduce((sum, x) => sum + x, 0) / squares.reduce((sum, x) => sum + x, 0);
  return (perSample * 60_000) / SAMPLE_MS;
};

export const soak: Measurement = {
  name: 'soak',
  title: 'Minutes of misfortune',
  run: async ({ minutes, databaseUrl: givenUrl, say }) => {
    await using stack = new AsyncDisposableStack();
    const database = await startSharedDatabase(givenUrl);
    if (typeof database !== 'string') stack.use(database);
    const databaseUrl = typeof database === 'string' ? null : database.url;
    const upstream = stack.use(await startUpstream());
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
          `${lives.length} generations, heap ${samples.map((of) => mib(of.at(-1)?.heapBytes ?? 0)).join(', ')} MiB`,
        );
      }
    };
    await Promise.all([
      sampling(),
      ...Array.from({ length: CLIENTS }, (_, client) => live(client, urls, untilMs, lives)),
    ]);

    const open = await waitForUpstream(upstream);
    const running = await waitForEnds(urls);
    const exits = await Promise.all(nodes.map((node) => node.stop()));
    const sum = (read: (one: Followed) => number): number =>
      lives.reduce((total, { followed }) => total + read(followed), 0);
    const ends = Map.groupBy(lives, ({ followed: { end } }) => end);
    const strange = lives.filter(isStrange).length;
    const incomplete = lives.filter(({ followed }) => !followed.complete).length;
    const lost = sum((one) => one.lost);
    const doubled = sum((one) => one.doubled);
    const cuts = sum((one) => one.cuts);
    const refusals = lives.flatMap(({ followed, refusals: cancels }) => [...followed.refusals, ...cancels]);
    const slopes = samples.map(heapSlope);
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
      { goal: 'no connection is cut by a server', found: toText(cuts), reached: cuts === 0 },
      {
        goal: 'no client that comes back, or cancels, is refused',
        found: toText(refusals.length),
        reached: refusals.length === 0,
      },
      {
        goal: `heap over the second half: ${FLAT_MIB_PER_MINUTE} MiB a minute more at most`,
        found: `${slopes.map(toText).join(', ')} MiB a minute`,
        reached: minutes >= 2 ? slopes.every((slope) => slope <= FLAT_MIB_PER_MINUTE) : null,
      },
      {
        goal: 'stops when asked to',
        found: `exit ${exits.join(', ')}`,
        reached: exits.every((exit) => exit === 0),
      },
    ];
    return {
      method: `${toText(minutes)} minutes of ${CLIENTS} clients against ${nodes.length === 1 ? 'one server process on its own file' : `${nodes.length} server processes on one PostgreSQL, each resumed stream on another of them`} (\`src/main.ts\`). Generations of 20 to 320 deltas; connections that break after 1 to 60 events, resumed over either transport; readers that pause; \`cancelGeneration\` on any node; upstreams that reset, truncate, fail inside the stream, refuse, or go silent. Sequence and \`offset\` of every event are checked. Memory after collecting garbage, every ${SAMPLE_MS / 1_000} s; ended generations stay in memory for ${EVENT_RETENTION_MS / 1_000} s.${typeof database === 'string' ? ` No PostgreSQL could be started: ${database}` : ''}`,
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
      notes: countAlike(refusals),
    };
  },
};
