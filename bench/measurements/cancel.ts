import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Measurement, Verdict } from '../report/measurement.ts';
import { nowUs } from '../programs/now-us.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import { openAll } from '../clients/probe.ts';
import { fieldsOf, requestData } from '../clients/request-data.ts';
import { startModelgraph, startUpstream, type Upstream } from '../programs/servers.ts';
import { percentile, spreadOf, toSpreadText } from '../report/statistics.ts';
import { readEvent, type Subscription, toGenerate } from '../clients/subscription.ts';
import { type MeasuredTransport, SSE, TRANSPORTS, WEB_SOCKET } from '../clients/transports.ts';

const STREAMS = 100;
const BETWEEN_MS = 5;
const GIVE_UP_MS = 5_000;

/** Asks for the generation's id, by which it is cancelled. */
const GENERATE_WITH_ID = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) { __typename sequence generationId ... on TextDelta { text } }
  }
`;
const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';

export type Leave = (stream: { readonly subscription: Subscription; readonly id: string }) => void;

export interface Cancelled {
  /** From the client's act to the close of the upstream's socket, milliseconds. */
  readonly delays: readonly number[];
  /** Streams whose socket was still open after a while. */
  readonly left: number;
}

/** Opens streams, ends them one after the other and sees when the upstream notices. */
export const cancelStreams = async (
  url: string,
  upstream: Upstream,
  { subscribe }: MeasuredTransport,
  silent: boolean,
  leave: Leave,
  needsId = false,
): Promise<Cancelled> => {
  const report = (): Promise<UpstreamReport> => upstream.child.ask<UpstreamReport>('report');
  await report();
  const streams = await openAll(STREAMS, async (index) => {
    const key = `cancel-${index}`;
    const begun = Promise.withResolvers<string>();
    const plan = { key, deltas: silent ? null : 1_000_000, intervalMs: 100 };
    const subscription = await subscribe(url, toGenerate(plan, GENERATE_WITH_ID), (json) =>
      begun.resolve(readEvent(json).generationId ?? ''),
    );
    return { key, subscription, begun: begun.promise };
  });
  while ((await report()).open < STREAMS) await setTimeout(20);
  const leftUs = new Map<string, number>();
  for (const { key, subscription, begun } of streams) {
    // A server without a first event of its own says nothing while its model is silent.
    const id = needsId ? await begun : '';
    leftUs.set(key, nowUs());
    leave({ subscription, id });
    await setTimeout(BETWEEN_MS);
  }
  const closings: Record<string, number> = {};
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    Object.assign(closings, (await report()).closings);
    if (Object.keys(closings).length >= STREAMS || performance.now() > until) break;
    await setTimeout(20);
  }
  for (const { subscription } of streams) subscription.drop();
  await Promise.all(streams.map(({ subscription }) => subscription.ended));
  const delays = [...leftUs].flatMap(([key, us]) => {
    const closed = closings[key];
    return closed === undefined ? [] : [(closed - us) / 1_000];
  });
  return { delays, left: STREAMS - delays.length };
};

const unsubscribe: Leave = ({ subscription }) => subscription.leave();

export const toCancelRow = (title: string, found: readonly Cancelled[]): string[] => [
  title,
  toSpreadText(spreadOf(found.map(({ delays }) => percentile(delays, 0.5)))),
  toSpreadText(spreadOf(found.map(({ delays }) => percentile(delays, 0.99)))),
  toSpreadText(spreadOf(found.map(({ left }) => left))),
];

export const CANCEL_HEAD = [
  '',
  'p50, ms',
  'p99, ms',
  `open after ${GIVE_UP_MS / 1_000} s, of ${STREAMS}`,
] as const;

export const cancel: Measurement = {
  name: 'cancel',
  title: 'From leaving to the close of the upstream socket',
  run: async ({ runs, say }) => {
    await using upstream = await startUpstream();
    // On disk, as it is run: a cancelled generation is stored before its mutation is answered.
    const dataDirectory = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(dataDirectory, { recursive: true }));
    const server = stack.use(
      await startModelgraph({
        upstreamUrl: upstream.baseUrl,
        settings: { disconnectGraceMs: 0, dataDirectory },
      }),
    );
    const hasMutation = (await fieldsOf(server, 'Mutation')).includes('cancelGeneration');
    const failures: unknown[] = [];
    let answers: Promise<number>[] = [];
    const byMutation: Leave = ({ id }) => {
      const askedUs = nowUs();
      const answered = requestData(server.url, CANCEL, { id }).then(
        () => (nowUs() - askedUs) / 1_000,
        (error: unknown) => {
          failures.push(error);
          return Number.NaN;
        },
      );
      answers.push(answered);
    };
    const ways: readonly (readonly [string, MeasuredTransport, Leave])[] = [
      ...TRANSPORTS.map(
        (transport) => [`unsubscribe over ${transport.name}`, transport, unsubscribe] as const,
      ),
      ...(hasMutation
        ? [WEB_SOCKET, SSE].map(
            (transport) =>
              [`cancelGeneration, followed over ${transport.name}`, transport, byMutation] as const,
          )
        : []),
    ];
    const rows: string[][] = [];
    const answerRows: string[][] = [];
    const verdicts: Verdict[] = [];
    for (const [way, transport, leave] of ways)
      for (const silent of [false, true]) {
        const title = `${way}, ${silent ? 'a silent model' : '10 deltas a second'}`;
        say(title);
        const found: Cancelled[] = [];
        const answered: number[][] = [];
        for (let run = -1; run < runs; run += 1) {
          const one = await cancelStreams(
            server.url,
            upstream,
            transport,
            silent,
            leave,
            leave === byMutation,
          );
          const answerDelays = await Promise.all(answers);
          answers = [];
          if (run < 0) continue;
          found.push(one);
          answered.push(answerDelays);
        }
        if (failures.length > 0) throw new AggregateError(failures, 'cancelGeneration failed');
        rows.push(toCancelRow(title, found));
        if (leave === byMutation)
          answerRows.push([
            title,
            ...[0.5, 0.99].map((share) =>
              toSpreadText(spreadOf(answered.map((delays) => percentile(delays, share)))),
            ),
          ]);
        const worst = spreadOf(found.map(({ delays }) => percentile(delays, 0.99)));
        verdicts.push({
          goal: `${title}: p99 100 ms at most`,
          found: `${toSpreadText(worst)} ms`,
          reached: worst.median <= 100 && found.every(({ left }) => left === 0),
        });
      }
    return {
      method: `${STREAMS} open streams of the paced upstream, left one every ${BETWEEN_MS} ms, with no grace period. The time is from the client's act to the moment the upstream sees its socket closed.${hasMutation ? '' : ' This schema has no cancelGeneration yet.'}`,
      tables: [
        { title: 'Delays', head: CANCEL_HEAD, rows },
        ...(answerRows.length > 0
          ? [
              {
                title: "From cancelGeneration to its answer, which waits for the store's disk",
                head: ['', 'p50, ms', 'p99, ms'],
                rows: answerRows,
              },
            ]
          : []),
      ],
      verdicts,
      notes: [],
    };
  },
};
