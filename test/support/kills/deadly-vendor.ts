import { setTimeout as wait } from 'node:timers/promises';
import type { Moment, NoteOccasion, VendorName } from '../batch-vendors/batch-moments.ts';
import { answerTo, type BatchVendorOptions, callerOf } from '../batch-vendors/batch-vendor.ts';

export interface DeadlyOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** The longest it takes to do something, and to say so when it is done, in milliseconds. */
  readonly delayMs: number;
  /** How often it is asked about a batch until that has ended. */
  readonly polls: number;
  /** Told of each moment in which a server can die. */
  readonly note: NoteOccasion;
}

/** After which share of the results it may break off: servers store those that have come, if they are many. */
const BREAK_FROM = 0.85;

/** What each answer takes. */
export const ANSWER_TOKENS = { input: 10, output: 5 };

/** A vendor with pauses in which servers die: it may have done what it was asked for, or not, when they do. */
export const createDeadly = (
  vendor: VendorName,
  { random, delayMs, polls, note }: DeadlyOptions,
): BatchVendorOptions => {
  const tell = (life: string, moment: Moment, part: string | null) => note({ moment, vendor, life, part });
  return {
    pause: () => wait(random() * delayMs),
    createsEarly: () => random() < 0.5,
    breakAfter: (lines) => Math.floor(lines * (BREAK_FROM + (1 - BREAK_FROM) * random())),
    standing: ({ customIds, polls: polled }) =>
      polled > polls
        ? {
            how: 'completed',
            // The last one first.
            ends: customIds.toReversed().map((id) => [id, { type: 'answered', text: answerTo(id) }]),
          }
        : 'running',
    at: async (moment, exchange, part) => {
      if (moment !== 'file kept') await tell(exchange.caller ?? '', moment, part);
    },
    /** A body that stops coming is lost or, being in the socket already, arrives all the same. */
    takesBody: async (head) => {
      const carriesRequests =
        vendor === 'openai' ? head.url?.endsWith('/files') === true : head.method === 'POST';
      if (!carriesRequests) return true;
      return !((await tell(callerOf(head.url ?? '') ?? '', 'uploading', null)) && random() < 0.5);
    },
  };
};
