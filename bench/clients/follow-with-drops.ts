import { setTimeout } from 'node:timers/promises';
import { type CheckedLog, createLogCheck, type LogCheck } from './check-log.ts';
import type { Plan } from '../programs/plan.ts';
import { readEvent, type Subscribe, type Subscription, toGenerate } from './subscription.ts';
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

/** Longest time for one connection, after which the client gives up. */
const PATIENCE_MS = 30_000;

/** Connections in a row without an event, after which the client gives up. */
const MAX_IDLE_CONNECTIONS = 20;

export interface FollowOptions {
  /** Nodes of one cluster. */
  readonly urls: readonly string[];
  readonly plan: Plan;
  readonly random: () => number;
  /** The client breaks each connection after 1 to this many events; null: never. */
  readonly dropWithin: number | null;
  /** Chance of each event to be followed by a pause in reading. */
  readonly pauseChance?: number;
  /** Called once with the generation's id, when the first event has come. */
  readonly onStarted?: (id: string) => void;
}

export interface Followed extends CheckedLog {
  /** Connections that the client broke. */
  readonly drops: number;
  /** Connections that the server ended before the generation had ended, which it must not. */
  readonly cuts: number;
  /** Errors that servers answered instead of resuming. */
  readonly refusals: readonly string[];
}

/** How one connection ended: with the generation, by the client, by the server, or with an error in place of events. */
type Ending =
  | { readonly kind: 'ended' | 'dropped' | 'cut' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Rejects after a while, unless its signal is aborted before. */
const giveUpLater = async (signal: AbortSignal, describe: () => string): Promise<never> => {
  await setTimeout(PATIENCE_MS, undefined, { signal });
  throw new Error(describe());
};

const readConnection = async (
  subscribe: Subscribe,
  url: string,
  log: LogCheck,
  { plan, random, dropWithin, pauseChance = 0, onStarted }: FollowOptions,
): Promise<Ending> => {
  const dropAfter = dropWithin === null ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * dropWithin);
  const ending = Promise.withResolvers<Ending>();
  let received = 0;
  let isOpen = true;
  let subscription: Subscription | undefined;
  const end = (how: Ending): void => {
    isOpen = false;
    ending.resolve(how);
  };
  const receive = (json: string): void => {
    if (!isOpen) return;
    try {
      const event = readEvent(json);
      if (log.last() === undefined) onStarted?.(event.generationId ?? '');
      log.take(event);
    } catch (error) {
      // A generation may be refused when it starts, but a client that resumes one must be served.
      if (log.last() === undefined) ending.reject(error);
      else end({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    received += 1;
    if (log.findResult() !== undefined) end({ kind: 'ended' });
    else if (received >= dropAfter) end({ kind: 'dropped' });
    else if (random() < pauseChance) {
      subscription?.pause();
      void setTimeout(50 + random() * 500).then(() => subscription?.resume());
    }
  };
  const last = log.last();
  const operation =
    last === undefined
      ? toGenerate(plan, GENERATE)
      : { query: RESUME, variables: { id: last.generationId, after: last.cursor } };
  subscription = await subscribe(url, operation, receive);
  const patience = new AbortController();
  const describe = (): string => `no end has come after ${JSON.stringify(log.last() ?? plan)}`;
  try {
    return await Promise.race([
      ending.promise,
      subscription.ended.then((): Promise<Ending> => {
        end({ kind: 'cut' });
        return ending.promise;
      }),
      giveUpLater(patience.signal, describe),
    ]);
  } finally {
    isOpen = false;
    patience.abort();
    subscription.resume();
    subscription.drop();
  }
};

/**
 * Reads a generation to its end over connections that break at random, each resumed after the last event that came,
 * over either transport. Rejects when no end comes.
 */
export const followWithDrops = async (options: FollowOptions): Promise<Followed> => {
  const { urls, plan, random } = options;
  const log = createLogCheck(plan);
  const anyOf = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  };
  let drops = 0;
  let cuts = 0;
  const refusals: string[] = [];
  let lastUrl: string | undefined;
  for (let idle = 0; ; ) {
    const before = log.last()?.sequence ?? 0;
    const { subscribe } = anyOf(TRANSPORTS);
    // A resumed subscription goes to another node than the one before, where there is one.
    const others = urls.filter((url) => url !== lastUrl);
    lastUrl = anyOf(others.length > 0 ? others : urls);
    const ending = await readConnection(subscribe, lastUrl, log, options);
    if (ending.kind === 'dropped') drops += 1;
    if (ending.kind === 'cut') cuts += 1;
    if (ending.kind === 'refused') refusals.push(ending.reason);
    const result = log.findResult();
    if (result !== undefined) return { ...result, drops, cuts, refusals };
    // A server that ended each subscription without a terminal event would be asked without end.
    idle = (log.last()?.sequence ?? 0) > before ? 0 : idle + 1;
    if (idle > MAX_IDLE_CONNECTIONS)
      throw new Error(`no event comes any more after ${JSON.stringify(log.last() ?? plan)}`);
  }
};
