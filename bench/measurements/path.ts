import { subscribeOverSse } from '../clients/subscribe-over-sse.ts';
import { subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import type { Subscribe } from '../clients/subscription.ts';
import { type Build, PRESENT } from '../programs/builds.ts';
import { SERVER_CORE, startChild } from '../programs/child-process.ts';
import { startUpstream } from '../programs/servers.ts';
import { reportComparisons } from '../report/comparison.ts';
import { toFigures } from '../report/figures.ts';
import type { Measurement, Report, Scale, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, compareRounds, getRounds, ratioOf, type Rounds, type Subject } from './alternate.ts';
import { graphqlReader, measureReader, type ReadRun, sdkReader } from './read-open-streams.ts';

/** A slow pace: 3,000 deltas a second leave one core room, so that nothing is merged and nothing queues. */
const INTERVAL_MS = 200;
const SDK = 'bare SDK';
const TRANSPORTS: readonly (readonly [name: string, subscribe: Subscribe])[] = [
  ['graphql-ws', subscribeOverWebSocket],
  ['SSE', subscribeOverSse],
];

const titleOf = (transport: string, build: Build): string => `${transport}, ${build.name}`;

const COLUMNS: readonly (readonly [title: string, read: (run: ReadRun) => number])[] = [
  ['CPU µs per delta', ({ cpuUsPerDelta }) => cpuUsPerDelta],
  ['delay p50, ms', ({ delayP50Ms }) => delayP50Ms],
  ['delay p99, ms', ({ delayP99Ms }) => delayP99Ms],
  ['loop delay p99, ms', ({ loopDelayP99Ms }) => loopDelayP99Ms],
];

const cpuOf = ({ cpuUsPerDelta }: ReadRun): number => cpuUsPerDelta;

const toVerdicts = (rounds: Rounds<ReadRun>): readonly Verdict[] =>
  TRANSPORTS.map(([transport]) => {
    const ratio = ratioOf(rounds, [titleOf(transport, PRESENT), SDK], cpuOf);
    return {
      goal: `${transport}, upstream to socket: the CPU time of the bare SDK at most`,
      found: `${toSpreadText(ratio)} times`,
      reached: ratio.median <= 1,
    };
  });

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
  const subjects: Subject<ReadRun>[] = [
    { name: SDK, measure: () => measureReader(sdkReader(sdk), options, forMs) },
  ];
  for (const build of builds) {
    const server = stack.use(await build.start({ upstreamUrl }));
    for (const [transport, subscribe] of TRANSPORTS)
      subjects.push({
        name: titleOf(transport, build),
        measure: () => measureReader(graphqlReader(server, subscribe), options, forMs),
      });
  }
  const rounds = await alternate(subjects, {
    runs,
    warmsUp: true,
    onRound: (round) => say(`round ${round} of ${runs}`),
  });
  const verdicts = toVerdicts(rounds);
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
    method: `${options.streams} open streams, each with an upstream connection of its own that brings a Chat Completions chunk every ${INTERVAL_MS} ms. Bare: the \`openai\` SDK reads them (\`for await\`). The server: the same upstream, each delta as an event to a client of its own, stored in memory (\`store\` and \`peers\` have a disk). CPU time is that of the measured process alone, threads included, over ${forMs / 1_000} s of open streams; everything else is on the other core. The delay is from the upstream's write to the receipt, for the server by its client.`,
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
          await measureReader(graphqlReader(server, subscribeOverWebSocket), options, forMs);
        })
      : [],
    figures: toFigures(rounds, COLUMNS),
  };
};

export const path: Measurement = {
  name: 'path',
  title: 'CPU time of a delta from the upstream to the client',
  run: measure,
};
