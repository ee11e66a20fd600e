import { setTimeout as wait } from 'node:timers/promises';
import { ignoreOccasion, type Moment, type NoteOccasion, type VendorName } from './batch-moments.ts';
import type { UpstreamRequest } from '../upstream/upstream-server.ts';

/** A batch as a vendor keeps it. */
export interface KeptBatch {
  readonly id: string;
  readonly customIds: readonly string[];
  readonly createdAt: Date;
  polls: number;
}

export interface BatchVendor extends AsyncDisposable {
  /** The address of its API. */
  readonly url: string;
  /** Every batch that was ever created, whoever knows of it, oldest first. */
  readonly batches: readonly KeptBatch[];
}

export interface BatchVendorOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** The longest it takes to do something, and to say so when it is done, in milliseconds. */
  readonly delayMs: number;
  /** How often it is asked about a batch until that has ended. */
  readonly polls: number;
  /** Told of each moment in which a server can die. */
  readonly note?: NoteOccasion;
}

/** Tokens of each answer. */
export const ANSWER_TOKENS = { input: 10, output: 5 };

/** The text of each answer. */
export const answerTo = (customId: string): string => `Answer to ${customId}`;

/** How often a vendor that streams results takes a breath. */
const LINES_A_PAUSE = 200;

/** After which share of the results it may break off: servers store those that have come, if they are many. */
const BREAK_FROM = 0.85;

type Exchange = Pick<UpstreamRequest, 'headers'>;

/** What both vendors do alike. */
export const createVendorManners = (
  vendor: VendorName,
  { random, delayMs, note = ignoreOccasion }: BatchVendorOptions,
) => {
  const pause = (): Promise<void> => wait(random() * delayMs);
  const tell = ({ headers }: Exchange, moment: Moment, part: string | null): Promise<boolean> => {
    const life = headers.authorization?.replace('Bearer ', '') ?? String(headers['x-api-key']);
    return note({ moment, vendor, life, part });
  };
  return {
    pause,
    tell,
    /** Whether a body that nobody sends the rest of is lost or, being in the socket already, arrives all the same. */
    takesUpload: async (incoming: Exchange): Promise<boolean> =>
      !((await tell(incoming, 'uploading', null)) && random() < 0.5),
    /** Creates a batch before or after a server may have died that is told of it. */
    create: async <T extends KeptBatch>(exchange: Exchange, batches: T[], batch: T): Promise<void> => {
      const isEarly = random() < 0.5;
      if (isEarly) batches.push(batch);
      await tell(exchange, 'creating', batch.customIds[0] ?? null);
      if (!isEarly) batches.push(batch);
    },
    /** Sends a line for each request, the last one first, with breaks. */
    stream: async (
      exchange: UpstreamRequest,
      { customIds }: KeptBatch,
      toLine: (customId: string) => string,
    ): Promise<void> => {
      const { response, closed } = exchange;
      const part = customIds[0] ?? null;
      const breakAt = Math.floor(customIds.length * (BREAK_FROM + (1 - BREAK_FROM) * random()));
      for (const [index, customId] of customIds.toReversed().entries()) {
        if (index === breakAt) await tell(exchange, 'streaming', part);
        if (response.destroyed) return;
        response.write(`${toLine(customId)}\n`);
        if (index % LINES_A_PAUSE === LINES_A_PAUSE - 1) await pause();
      }
      response.end();
      await closed;
      await tell(exchange, 'streamed', part);
    },
  };
};

/** The newest first, a page after a batch. */
export const pageOf = <T extends KeptBatch>(
  batches: readonly T[],
  { limit, after }: { readonly limit: number; readonly after: string | null },
): { readonly page: readonly T[]; readonly hasMore: boolean } => {
  const newestFirst = batches.toReversed();
  const from = newestFirst.findIndex(({ id }) => id === after) + 1;
  return { page: newestFirst.slice(from, from + limit), hasMore: from + limit < newestFirst.length };
};
