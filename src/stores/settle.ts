import type { Billing, Settlement } from '../core/billed-turn.ts';
import { changeBudgets } from './budgets.ts';
import type { Transaction } from './db/db.ts';
import { writeLedger } from './ledger.ts';

/** Carries the row of a budget that has changed. */
export const BUDGET_CHANGES = 'modelgraph_budgets';

export const encodeBilling = (billing: Billing): string => JSON.stringify(billing);

export const decodeBilling = (json: string | null): Billing | null =>
  json === null ? null : (JSON.parse(json) as Billing);

/** Writes bills to the ledger and settles the budgets with them, last, so that their rows are held for a short while. */
export const settle = async (
  transaction: Transaction,
  settlements: readonly Settlement[],
  shard: number,
): Promise<void> => {
  await writeLedger(transaction, settlements, shard);
  const changes = settlements.flatMap(({ billing, turns, released }) => {
    const spent = turns.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
    return billing.budgets.map((rid) => ({ rid, reserved: -released, spent }));
  });
  if (changes.length === 0) return;
  for (const rid of new Set(changes.map((change) => change.rid)))
    await transaction.notify(BUDGET_CHANGES, String(rid));
  await changeBudgets(transaction, changes);
};
