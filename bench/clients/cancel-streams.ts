import { setTimeout } from 'node:timers/promises';
import { nowUs } from '../programs/now-us.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import type { Upstream } from '../programs/servers.ts';
import { openAll } from './probe.ts';
import { requestData } from './request-data.ts';
import { readEvent, type Subscription, toGenerate } from './subscription.ts';
import type { MeasuredTransport } from './transports.ts';

export const STREAMS = 100;
export const BETWEEN_MS = 5;
export const GIVE_UP_MS = 5_000;

/** Asks for the generation's id, by which it is cancelled. */
const GENERATE_WITH_ID = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) { __typename sequence generationId ... on TextDelta { text } }
  }
`;
const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';

interface OpenStream {
  readonly key: string;
  readonly subscription: Subscription;
  /** The generation's id, once its first event has come. */
  readonly id: Promise<string>;
}

/** Ends a stream. Resolves with the milliseconds until the server answered; null where there is nothing to answer. */
export type EndStream = (url: string, stream: OpenStream) => Promise<number | null>;

export const unsubscribe: EndStream = (_url, { subscription }) => {
  subscription.leave();
  return Promise.resolve(null);
};

export const cancelGeneration: EndStream = async (url, { id }) => {
  const variables = { id: await id };
  const askedUs = nowUs();
  await requestData(url, CANCEL, variables);
  return (nowUs() - askedUs) / 1_000;
};

export interface Cancelled {
  /** From the client's act to the close of the upstream's socket, milliseconds. */
  readonly delays: readonly number[];
  /** From the client's act to the server's answer, milliseconds, where there is an answer. */
  readonly answers: readonly number[];
  /** Streams whose socket was still open after a while. */
  readonly left: number;
}

const openStreams = (
  url: string,
  { subscribe }: MeasuredTransport,
  isSilent: boolean,
): Promise<OpenStream[]> =>
  openAll(STREAMS, async (index) => {
    const key = `cancel-${index}`;
    const id = Promise.withResolvers<string>();
    const plan = { key, deltas: isSilent ? null : 1_000_000, intervalMs: 100 };
    const subscription = await subscribe(url, toGenerate(plan, GENERATE_WITH_ID), (json) =>
      id.resolve(readEvent(json).generationId ?? ''),
    );
    return { key, subscription, id: id.promise };
  });

const askUpstream = (upstream: Upstream): Promise<UpstreamReport> =>
  upstream.child.ask<UpstreamReport>('report');

/** When the upstream saw its sockets closed, by the plan's key, once all are, or after a while. */
const readClosings = async (upstream: Upstream): Promise<Readonly<Record<string, number>>> => {
  const closings: Record<string, number> = {};
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    Object.assign(closings, (await askUpstream(upstream)).closings);
    if (Object.keys(closings).length >= STREAMS || performance.now() > until) return closings;
    await setTimeout(20);
  }
};

/** Opens streams, ends them one after the other, and reads when the upstream saw each socket closed. */
export const cancelStreams = async (
  url: string,
  upstream: Upstream,
  transport: MeasuredTransport,
  isSilent: boolean,
  endStream: EndStream,
): Promise<Cancelled> => {
  // Closings of the run before are not those of this one.
  await askUpstream(upstream);
  const streams = await openStreams(url, transport, isSilent);
  while ((await askUpstream(upstream)).open < STREAMS) await setTimeout(20);
  const endedUs = new Map<string, number>();
  const answering: Promise<number | null>[] = [];
  const failures: unknown[] = [];
  for (const stream of streams) {
    endedUs.set(stream.key, nowUs());
    const answered = endStream(url, stream).catch((error: unknown) => {
      failures.push(error);
      return null;
    });
    answering.push(answered);
    await setTimeout(BETWEEN_MS);
  }
  const closings = await readClosings(upstream);
  for (const { subscription } of streams) subscription.drop();
  await Promise.all(streams.map(({ subscription }) => subscription.ended));
  const delays = [...endedUs].flatMap(([key, us]) => {
    const closed = closings[key];
    return closed === undefined ? [] : [(closed - us) / 1_000];
  });
  const answers = (await Promise.all(answering)).filter((answer) => answer !== null);
  if (failures.length > 0) throw new AggregateError(failures, 'streams could not be ended');
  return { delays, answers, left: STREAMS - delays.length };
};
