import { setTimeout } from 'node:timers/promises';
import { type OpenStreams, openStreams, type StreamsOptions } from '../clients/open-streams.ts';
import { subscribeOverSse } from '../clients/subscribe-over-sse.ts';
import { subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import { type Subscribe, toGenerate } from '../clients/subscription.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { type Build, PRESENT } from '../programs/builds.ts';
import { type Child, SERVER_CORE, startChild } from '../programs/child-process.ts';
import { type Server, startUpstream } from '../programs/servers.ts';
import { reportComparisons } from '../report/comparison.ts';
import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { percentile, spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, compareRounds, getRounds, ratioOf, type Subject } from './alternate.ts';
import { textReceiver } from './overhead.ts';

/** A slow pace: 3,000 deltas a second leave one core room, so that nothing is merged and nothing queues. */
const INTERVAL_MS = 200;
const SETTLE_MS = 1_500;

/** What the deltas of a while have cost the process that read them. */
interface PathRun {
  readonly cpuUsPerDelta: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly loopDelayP99Ms: number;
}

interface Reader {
  readonly open: (options: StreamsOptions) => Promise<void>;
  readonly takeDelays: () => Promise<readonly number[]>;
  readonly leave: () => Promise<void>;
  readonly child: Child;
}

/** Opens streams, lets them settle, and measures a while of reading. */
const measureReader = async (
  { open, takeDelays, leave, child }: Reader,
  options: StreamsOptions,
  forMs: number,
): Promise<PathRun> => {
  await open(options);
  await setTimeout(SETTLE_MS);
  await takeDelays();
  const before = await child.ask<Sample>('sample');
  await setTimeout(forMs);
  const after = await child.ask<Sample>('sample');
  const delays = await takeDelays();
  await leave();
  await setTimeout(SETTLE_MS);
  return {
    cpuUsPerDelta: (after.cpuUs - before.cpuUs) / delays.length,
    delayP50Ms: percentile(delays, 0.5) / 1_000,
    delayP99Ms: percentile(delays, 0.99) / 1_000,
    loopDelayP99Ms: after.loopDelayP99Ms,
  };
};

/** The SDK reads in the process that is measured. */
const sdkReader = (child: Child): Reader => ({
  child,
  open: (options) => child.ask('openStreams', options),
  takeDelays: () => child.ask('takeDelays'),
  leave: () => child.ask('leaveStreams'),
});

/** The server's clients read in this process, each over a connection of its own. */
const serverReader = ({ url, child }: Server, subscribe: Subscribe): Reader => {
  let opened: OpenStreams | undefined;
  return {
    child,
    open: async (options) => {
      opened = await openStreams(
        (plan, receive) => subscribe(url, toGenerate(plan), textReceiver(receive)),
        options,
      );
    },
    takeDelays: async () => opened?.takeDelays() ?? [],
    leave: async () => opened?.leave(),
  };
};

const SDK = 'bare SDK';
const TRANSPORTS: readonly (readonly [name: string, subscribe: Subscribe])[] = [
  ['graphql-ws', subscribeOverWebSocket],
  ['SSE', subscribeOverSse],
];

const titleOf = (transport: string, build: Build): string => `${transport}, ${build.name}`;

const COLUMNS: readonly (readonly [title: string, read: (run: PathRun) => number])[] = [
  ['CPU µs per delta', ({ cpuUsPerDelta }) => cpuUsPerDelta],
  ['delay p50, ms', ({ delayP50Ms }) => delayP50Ms],
  ['delay p99, ms', ({ delayP99Ms }) => delayP99Ms],
  ['loop delay p99, ms', ({ loopDelayP99Ms }) => loopDelayP99Ms],
];

const cpuOf = ({ cpuUsPerDelta }: PathRun): number => cpuUsPerDelta;

const measure = async ({ runs, before, pick, say }: Scale): Promise<Report> => {
  const options = { streams: pick(600, 200), intervalMs: INTERVAL_MS };
  const forMs = pick(8_000, 4_000);
  const builds = [...(before === null ? [] : [before]), PRESENT];
  await using upstream = await startUpstream();
  await using stack = new AsyncDisposableStack();
  const upstreamUrl = upstream.baseUrl;
  const sdk = stack.use(
    await startChild({ program: 'sdk-reader.ts', options: { upstreamUrl }, core: SERVER_CORE }),
  );
  const subjects: Subject<PathRun>[] = [
    { name: SDK, measure: () => measureReader(sdkReader(sdk), options, forMs) },
  ];
  for (const build of builds) {
    const server = stack.use(await build.start({ upstreamUrl }));
    for (const [transport, subscribe] of TRANSPORTS)
      subjects.push({
        name: titleOf(transport, build),
        measure: () => measureReader(serverReader(server, subscribe), options, forMs),
      });
  }
  const rounds = await alternate(subjects, {
    runs,
    warmsUp: true,
    onRound: (round) => say(`round ${round} of ${runs}`),
  });
  const verdicts: Verdict[] = TRANSPORTS.map(([transport]) => {
    const ratio = ratioOf(rounds, [titleOf(transport, PRESENT), SDK], cpuOf);
    return {
      goal: `${transport}, upstream to socket: the CPU time of the bare SDK at most`,
      found: `${toSpreadText(ratio)} times`,
      reached: ratio.median <= 1,
    };
  });
  const compared = reportComparisons(
    before,
    before === null
      ? []
      : TRANSPORTS.map(([transport]) =>
          compareRounds(
            rounds,
            { now: titleOf(transport, PRESENT), before: titleOf(transport, before) },
            { what: `${transport}, CPU µs per delta`, better: 'less' },
            cpuOf,
          ),
        ),
  );
  const missed = verdicts.some(({ reached }) => reached === false);
  return {
    method: `${options.streams} open streams, each with an upstream connection of its own that brings a Chat Completions chunk every ${INTERVAL_MS} ms. Bare: the \`openai\` SDK reads them (\`for await\`). The server: the same upstream, each delta as an event to a client of its own. CPU time is that of the measured process alone, threads included, over ${forMs / 1_000} s of open streams; everything else is on the other core. The delay is from the upstream's write to the receipt, for the server by its client.`,
    tables: [
      {
        title: 'Reading, alternating within each round',
        head: ['', ...COLUMNS.map(([title]) => title), 'CPU of the SDK'],
        rows: subjects.map(({ name }) => [
          name,
          ...COLUMNS.map(([, read]) => toSpreadText(spreadOf(getRounds(rounds, name).map(read)))),
          name === SDK ? '' : `**${toSpreadText(ratioOf(rounds, [name, SDK], cpuOf))}**`,
        ]),
      },
      ...compared.tables,
    ],
    verdicts: [...verdicts, ...compared.verdicts],
    notes: missed
      ? await profileOf(PRESENT.start({ upstreamUrl }), async (server) => {
          await measureReader(serverReader(server, subscribeOverWebSocket), options, forMs);
        })
      : [],
  };
};

export const path: Measurement = {
  name: 'path',
  title: 'CPU time of a delta from the upstream to the client',
  run: measure,
};
