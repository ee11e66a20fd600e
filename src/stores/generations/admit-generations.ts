import type { Billing } from '../../core/billed-turn.ts';
import type { AppliedBudget, BudgetShortage } from '../../core/budget.ts';
import type { Generation } from '../../core/generation.ts';
import { type BudgetAnswer, type BudgetAsk, reserveInBudgets, reserveMore } from '../budgets.ts';
import type { Transaction } from '../db/db.ts';
import { type IdempotencyEntry, takeKey } from '../idempotency-keys.ts';
import { shareLease } from '../nodes/node-leases.ts';
import { decodeBilling, encodeBilling } from '../settle.ts';
import { createGenerations } from './generation-writer.ts';

/** A generation that begins if its budgets have enough left. */
export interface Admission {
  readonly generation: Generation;
  readonly ask: BudgetAsk;
  readonly billing: Omit<Billing, 'budgets'>;
  /** null: it stands under no key. */
  readonly idempotency: IdempotencyEntry | null;
}

export type AdmissionAnswer =
  | BudgetAnswer
  | { readonly type: 'existing'; readonly generationId: string; readonly sameRequest: boolean };

type Holder = Extract<AdmissionAnswer, { readonly type: 'existing' }>;

const findHolder = async (
  transaction: Transaction,
  { generation, idempotency }: Admission,
): Promise<Holder | undefined> => {
  if (idempotency === null) return undefined;
  const { holder } = await takeKey(transaction, generation, idempotency);
  if (holder.id === generation.id) return undefined;
  const sameRequest = holder.requestHash === idempotency.requestHash;
  return { type: 'existing', generationId: holder.id, sameRequest };
};

const RELEASE_KEY = 'DELETE FROM idempotency WHERE principal_id = $1 AND generation_id = $2';

/** As `GenerationStore.admit`. Several with keys must not come together: transactions would take keys in another order. */
export const admitGenerations = async (
  transaction: Transaction,
  nodeId: string,
  admissions: readonly Admission[],
): Promise<readonly AdmissionAnswer[]> => {
  const holders: (Holder | undefined)[] = [];
  for (const admission of admissions) holders.push(await findHolder(transaction, admission));
  const isNew = (_: unknown, index: number): boolean => holders[index] === undefined;
  const asking = admissions.filter(isNew);
  if (asking.length === 0) return holders.flatMap((holder) => holder ?? []);
  const granted = await reserveInBudgets(
    transaction,
    asking.map(({ ask }) => ask),
  );
  const created: Generation[] = [];
  const billings = new Map<string, Billing>();
  for (const [index, { generation, billing, idempotency }] of asking.entries()) {
    const answer = granted[index];
    if (answer?.type === 'reserved') {
      created.push(generation);
      billings.set(generation.id, { ...billing, budgets: answer.rids });
    } else if (idempotency !== null) {
      await transaction.query(RELEASE_KEY, [generation.principalId, generation.id]);
    }
  }
  await createGenerations(transaction, nodeId, created, billings);
  const answers = granted[Symbol.iterator]();
  return holders.map((holder) => {
    const answer = holder ?? answers.next().value;
    if (answer === undefined) throw new TypeError('an admission has no answer');
    return answer;
  });
};

const HOLD_BILLING = `
  SELECT billing FROM generation WHERE id = $1 AND owner_node = $2 AND finished_at IS NULL FOR UPDATE`;

const SET_BILLING = 'UPDATE generation SET billing = $2 WHERE id = $1';

/** What a generation has reserved already, and in which budgets. */
export interface HeldBudgets {
  readonly rid: number;
  readonly budget: AppliedBudget;
}

/** As `GenerationStore.reserveMore`. */
export const reserveMoreFor = async (
  transaction: Transaction,
  nodeId: string,
  id: string,
  held: readonly HeldBudgets[],
  amount: number,
): Promise<BudgetShortage | 'reserved' | 'gone'> => {
  await shareLease(transaction, nodeId);
  const [row] = await transaction.query<{ billing: string | null }>(HOLD_BILLING, [id, nodeId]);
  const billing = decodeBilling(row?.billing ?? null);
  if (billing === null) return 'gone';
  const shortage = await reserveMore(transaction, held, amount);
  if (shortage !== undefined) return shortage;
  await transaction.query(SET_BILLING, [
    id,
    encodeBilling({ ...billing, bound: (billing.bound ?? 0) + amount }),
  ]);
  return 'reserved';
};
