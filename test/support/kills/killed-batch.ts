import { setTimeout as wait } from 'node:timers/promises';
import type { BATCH_MODELS } from '../batch-vendors/batch-models.ts';
import type { BatchNodes, Life } from './killable-nodes.ts';
import { endedBatch, readBatch, readItems, requestsOf, submitted } from '../app/batch-requests.ts';
import { answerTo } from '../batch-vendors/batch-vendor.ts';
import { ANSWER_TOKENS } from './deadly-vendor.ts';

const POLL_MS = 60;

/** How often a client repeats a submission that has been answered. */
const SHARE_REPEATED = 0.3;

export interface KilledBatch {
  readonly name: string;
  readonly model: (typeof BATCH_MODELS)[number];
  readonly itemNames: readonly string[];
  readonly id: string;
  /** Submissions under one key that gave another batch. */
  readonly otherIds: number;
  /** Whether the batch could be found until it had ended. */
  readonly isFound: boolean;
  /** Items that had no result or not their own one, or none of their own place, as soon as the batch was seen to be completed. */
  readonly wrongItems: number;
}

export interface ClientOptions {
  readonly name: string;
  readonly model: (typeof BATCH_MODELS)[number];
  readonly items: number;
  readonly nodes: BatchNodes;
  readonly random: () => number;
  /** Whether it waits for changes; else it asks again and again. */
  readonly isFollower: boolean;
  /** Told as the requests go to a node, and when they are taken. */
  readonly submitting: (life: Life) => void;
  readonly taken: () => void;
}

const FINAL = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED']);

/** A client that hands in a batch, waits until it is completed, and reads its results at once, on whatever node there is. */
export const runClient = async (options: ClientOptions): Promise<KilledBatch> => {
  const { name, model, items, nodes, random, isFollower } = options;
  const itemNames = Array.from({ length: items }, (_, index) => `${name}-item-${index}`);
  const requests = requestsOf(itemNames, { model: model.name });
  const submit = (): Promise<string> =>
    nodes.ask((server, life) => {
      options.submitting(life);
      return submitted(server, requests, { idempotencyKey: name });
    });
  const id = await submit();
  options.taken();
  const otherIds = random() < SHARE_REPEATED && (await submit()) !== id ? 1 : 0;
  const look = isFollower ? endedBatch : readBatch;
  for (;;) {
    const batch = await nodes.ask((server) => look(server, id));
    if (batch === null) return { name, model, itemNames, id, otherIds, isFound: false, wrongItems: items };
    if (FINAL.has(batch.status)) break;
    await wait(POLL_MS);
  }
  const found = await nodes.ask((server) => readItems(server, id));
  const right = itemNames.filter((customId, index) => {
    const item = found[index];
    return (
      item?.customId === customId &&
      item.index === index &&
      item.status === 'SUCCEEDED' &&
      item.text === answerTo(customId) &&
      item.usage.outputTokens === ANSWER_TOKENS.output
    );
  });
  const wrongItems = Math.max(items, found.length) - right.length;
  return { name, model, itemNames, id, otherIds, isFound: true, wrongItems };
};

/** Whether the counts of a batch, and the sums of its tokens, are exactly those of its items. */
export const hasRightSums = async (
  nodes: BatchNodes,
  { id, itemNames: { length } }: KilledBatch,
): Promise<boolean> => {
  const batch = await nodes.ask((server) => readBatch(server, id));
  const { total, pending, succeeded, failed, cancelled, expired } = batch.counts as Record<string, number>;
  return (
    batch.status === 'COMPLETED' &&
    total === length &&
    succeeded === length &&
    pending === 0 &&
    failed === 0 &&
    cancelled === 0 &&
    expired === 0 &&
    batch.usage.inputTokens === length * ANSWER_TOKENS.input &&
    batch.usage.outputTokens === length * ANSWER_TOKENS.output
  );
};
