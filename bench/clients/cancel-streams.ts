import { setTimeout } from 'node:timers/promises';
import { nowUs } from '../programs/now-us.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import type { Plan } from '../programs/plan.ts';
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

interface OpenGeneration {
  readonly subscription: Subscription;
  /** The generation's id, once its first event has come. */
  readonly id: Promise<string>;
}

/** Ends a stream. Resolves with the milliseconds until the server answered; null where there is nothing to answer. */
export type EndStream<T> = (stream: T) => Promise<number | null>;

export const unsubscribe = (_url: string, { subscription }: OpenGeneration): Promise<null> => {
  subscription.leave();
  return Promise.resolve(null);
};

export const cancelGeneration = async (url: string, { id }: OpenGeneration): Promise<number> => {
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

/** How streams of any server are opened, ended, and given up if the server has not closed them. */
export interface Ending<T> {
  readonly open: (plan: Plan) => Promise<T>;
  readonly end: EndStream<T>;
  readonly drop: (stream: T) => Promise<void>;
}

/** Opens streams, ends them one after the other, and reads when the upstream saw each socket closed. */
export const endStreams = async <T>(
  upstream: Upstream,
  isSilent: boolean,
  { open, end, drop }: Ending<T>,
): Promise<Cancelled> => {
  // Closings of the run before are not those of this one.
  const { open: before } = await askUpstream(upstream);
  const keys = Array.from({ length: STREAMS }, (_, index) => `cancel-${index}`);
  const streams = await openAll(STREAMS, (index) =>
    open({ key: keys[index] ?? '', deltas: isSilent ? null : 1_000_000, intervalMs: 100 }),
  );
  while ((await askUpstream(upstream)).open < before + STREAMS) await setTimeout(20);
  const endedUs = new Map<string, number>();
  const answering: Promise<number | null>[] = [];
  const failures: unknown[] = [];
  for (const [index, stream] of streams.entries()) {
    endedUs.set(keys[index] ?? '', nowUs());
    const answered = end(stream).catch((error: unknown) => {
      failures.push(error);
      return null;
    });
    answering.push(answered);
    await setTimeout(BETWEEN_MS);
  }
  const closings = await readClosings(upstream);
  await Promise.all(streams.map(drop));
  const delays = [...endedUs].flatMap(([key, us]) => {
    const closed = closings[key];
    return closed === undefined ? [] : [(closed - us) / 1_000];
  });
  const answers = (await Promise.all(answering)).filter((answer) => answer !== null);
  if (failures.length > 0) throw new AggregateError(failures, 'streams could not be ended');
  return { delays, answers, left: STREAMS - delays.length };
};

/** The same for generations of this server. */
export const cancelStreams = (
  url: string,
  upstream: Upstream,
  { subscribe }: MeasuredTransport,
  isSilent: boolean,
  endStream: (url: string, stream: OpenGeneration) => Promise<number | null>,
): Promise<Cancelled> =>
  endStreams<OpenGeneration>(upstream, isSilent, {
    open: async (plan) => {
      const id = Promise.withResolvers<string>();
      const subscription = await subscribe(url, toGenerate(plan, GENERATE_WITH_ID), (json) =>
        id.resolve(readEvent(json).generationId ?? ''),
      );
      return { subscription, id: id.promise };
    },
    end: (stream) => endStream(url, stream),
    drop: async ({ subscription }) => {
      subscription.drop();
      await subscription.ended;
    },
  });
