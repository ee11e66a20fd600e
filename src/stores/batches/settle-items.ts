import type { BilledTurn, Settlement } from '../../core/billed-turn.ts';
import { toNanoUsd } from '../../core/budget.ts';
import type { GenerationStatus } from '../../core/generation.ts';
import type { Transaction } from '../db/db.ts';
import { shardOf } from '../ledger.ts';
import { decodeBilling, settle } from '../settle.ts';
import type { BatchJob, ItemOutcome } from './batch-job.ts';
import type { HeldBatch } from './batch-lease.ts';

/** An item that has ended. */
export interface EndedItem {
  readonly outcome: Pick<ItemOutcome, 'status' | 'result' | 'billed'>;
  /** The most that it may cost; null: not known. */
  readonly bound: number | null;
  /** Whether its vendor may bill it although there is no result. */
  readonly isDoubtful?: boolean;
}

const STATUSES: Readonly<Record<ItemOutcome['status'], GenerationStatus>> = {
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  expired: 'cancelled',
};

/** What a vendor's batch bills for an item: what it reports, else the most that it may be, where there is an answer. */
const toBilled = ({ record }: BatchJob, { outcome, bound, isDoubtful }: EndedItem): readonly BilledTurn[] => {
  const { status, result } = outcome;
  const { usage, cost } = result;
  if (cost === null && usage === null && status !== 'succeeded' && isDoubtful !== true) return [];
  const { name: model, provider } = record.config;
  const turn = { at: new Date(), model, provider, usage };
  if (cost === null) return [{ ...turn, cost: bound, fees: 0, source: bound === null ? null : 'bound' }];
  const fees = cost.toolFees.reduce((sum, { amount }) => sum + amount, 0);
  return [{ ...turn, cost: toNanoUsd(cost.total), fees: toNanoUsd(fees), source: cost.source }];
};

/** Settles the share of items in what their batch has reserved, in the transaction that ends them. */
export const settleItems = async (
  transaction: Transaction,
  job: BatchJob,
  batch: Pick<HeldBatch, 'billing'>,
  items: readonly EndedItem[],
): Promise<void> => {
  const billing = decodeBilling(batch.billing);
  if (billing === null) return;
  const settlements = items.map((item): Settlement => {
    const { status, billed } = item.outcome;
    return {
      principalId: job.principalId,
      status: STATUSES[status],
      billing,
      turns: billed ?? toBilled(job, item),
      released: item.bound ?? 0,
      generations: 1,
    };
  });
  await settle(transaction, settlements, shardOf(job.lease.owner));
};
