import { setTimeout } from 'node:timers/promises';
import { type CheckedLog, createLogCheck } from './check-log.ts';
import type { Plan } from '../programs/plan.ts';
import { readEvent, type Subscription, toGenerate } from './subscription.ts';
import { TRANSPORTS } from './transports.ts';

const FIELDS = `
  __typename
  sequence
  cursor
  generationId
  ... on TextDelta { offset text }
  ... on GenerationSnapshot { generation { text } }
  ... on GenerationCompleted { generation { text } }
  ... on GenerationCancelled { generation { text } }
  ... on GenerationFailed { error { code message } generation { text } }
`;
const GENERATE = `subscription ($input: GenerateInput!) { generate(input: $input) { ${FIELDS} } }`;
const RESUME = `subscription ($id: ID!, $after: Cursor) { generationEvents(id: $id, after: $after) { ${FIELDS} } }`;

/** Longest time without an event, and for one connection's end, before the follower gives up. */
const PATIENCE_MS = 30_000;

/** Connections in a row without an event, before the follower gives up. */
const MAX_IDLE_CONNECTIONS = 20;

export interface FollowOptions {
  /** Nodes of one cluster. */
  readonly urls: readonly string[];
  readonly plan: Plan;
  readonly random: () => number;
  /** The connection is broken after 1 to so many events; null: never. */
  readonly dropWithin: number | null;
  /** Chance of an event after which nothing is read for a while. */
  readonly pauseChance?: number;
  /** Called once, with the id, as soon as that is known. */
  readonly onStarted?: (id: string) => void;
}

export interface Followed extends CheckedLog {
  /** Connections broken by the follower. */
  readonly drops: number;
  /** Connections that the server ended before the generation had, which it must not. */
  readonly cuts: number;
  /** What servers answered instead of going on. */
  readonly refusals: readonly string[];
}

/**
 * Follows a generation to its end over connections that break at random, each resumed after the last event that came,
 * over either transport. Rejects when no end comes.
 */
export const followWithDrops = async (options: FollowOptions): Promise<Followed> => {
  const { urls, plan, random, dropWithin, pauseChance = 0, onStarted } = options;
  const anyOf = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  };
  const log = createLogCheck(plan);
  let drops = 0;
  let cuts = 0;
  const refusals: string[] = [];
  let lastUrl: string | undefined;

  /** A resumed subscription goes to another node than the one before, where there is one. */
  const nextUrl = (): string => {
    const others = urls.filter((url) => url !== lastUrl);
    lastUrl = anyOf(others.length > 0 ? others : urls);
    return lastUrl;
  };

  /** One connection, until it breaks, is broken, or the end has come. */
  const follow = async (): Promise<void> => {
    const dropAfter = dropWithin === null ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * dropWithin);
    const over = Promise.withResolvers<void>();
    let received = 0;
    let isOpen = true;
    let subscription: Subscription | undefined;
    const stop = (): void => {
      isOpen = false;
      over.resolve();
    };
    const refuse = (error: unknown): void => {
      refusals.push(error instanceof Error ? error.message : String(error));
      stop();
    };
    const receive = (json: string): void => {
      if (!isOpen) return;
      try {
        const event = readEvent(json);
        if (log.last() === undefined) onStarted?.(event.generationId ?? '');
        log.take(event);
      } catch (error) {
        // Whoever comes back has the right to be served; a generation may be refused at its beginning only.
        if (log.last() === undefined) over.reject(error);
        else refuse(error);
        return;
      }
      received += 1;
      if (log.findResult() !== undefined) stop();
      else if (received >= dropAfter) {
        drops += 1;
        stop();
      } else if (random() < pauseChance) {
        subscription?.pause();
        void setTimeout(50 + random() * 500).then(() => subscription?.resume());
      }
    };
    const last = log.last();
    const operation =
      last === undefined
        ? toGenerate(plan, GENERATE)
        : { query: RESUME, variables: { id: last.generationId, after: last.cursor } };
    subscription = await anyOf(TRANSPORTS).subscribe(nextUrl(), operation, receive);
    const patience = new AbortController();
    try {
      await Promise.race([
        over.promise,
        subscription.ended,
        setTimeout(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
          throw new Error(`no end has come after ${JSON.stringify(log.last() ?? plan)}`);
        }),
      ]);
      if (isOpen) cuts += 1;
    } finally {
      isOpen = false;
      patience.abort();
      subscription.resume();
      subscription.drop();
    }
  };

  for (let idle = 0; ; ) {
    const before = log.last()?.sequence ?? 0;
    await follow();
    const result = log.findResult();
    if (result !== undefined) return { ...result, drops, cuts, refusals };
    // A server that ends subscriptions without a terminal event would be asked for ever.
    idle = (log.last()?.sequence ?? 0) > before ? 0 : idle + 1;
    if (idle > MAX_IDLE_CONNECTIONS)
      throw new Error(`the generation does not go on after ${JSON.stringify(log.last() ?? plan)}`);
  }
};
