import type { AppliedBudget, BudgetShortage, BudgetState } from '../core/budget.ts';
import type { Queries, Transaction } from './db/db.ts';
import { toRows } from './db/dialect.ts';

/** What is to be reserved, in all of the budgets or in none. */
export interface BudgetAsk {
  readonly budgets: readonly AppliedBudget[];
  /** Billionths of a US dollar. */
  readonly amount: number;
}

/** The rows of the budgets, in their order, or the first one that has not enough left. */
export type BudgetAnswer =
  | { readonly type: 'reserved'; readonly rids: readonly number[] }
  | { readonly type: 'short'; readonly shortage: BudgetShortage };

interface BudgetRow extends BudgetState {
  readonly rid: number;
  readonly account: string;
  readonly period: string;
  readonly begins_at: number;
}

const NAMES = 'JSON_ROWS($1, account text, period text, begins_at bigint)';

const FIND = `
  SELECT b.rid, b.account, b.period, b.begins_at, b.spent, b.reserved
  FROM ${NAMES} AS n CROSS JOIN budget AS b
  WHERE b.account = n.account AND b.period = n.period AND b.begins_at = n.begins_at`;

// In one order everywhere, so that no two transactions wait for each other.
const HOLD = `${FIND} ORDER BY b.rid FOR UPDATE OF b`;

const HOLD_BY_RID = `
  SELECT b.rid, b.spent, b.reserved FROM JSON_ROWS($1, rid bigint) AS n CROSS JOIN budget AS b WHERE b.rid = n.rid
  ORDER BY b.rid FOR UPDATE OF b`;

const CREATE = `
  INSERT INTO budget (account, period, begins_at, spent, reserved)
  SELECT n.account, n.period, n.begins_at, 0, 0 FROM ${NAMES} AS n WHERE true
  ON CONFLICT (account, period, begins_at) DO NOTHING`;

const CHANGE = `
  UPDATE budget SET reserved = budget.reserved + r.reserved, spent = budget.spent + r.spent
  FROM JSON_ROWS($1, rid bigint, reserved bigint, spent bigint) AS r WHERE budget.rid = r.rid`;

const nameOf = (account: string, period: string, beginsAt: number): string =>
  `${period} ${beginsAt} ${account}`;

const nameOfBudget = ({ account, rule, beginsAtMs }: AppliedBudget): string =>
  nameOf(account, rule.period, beginsAtMs);

/** The names of budgets as rows, each once, in one order. */
const toNames = (budgets: readonly AppliedBudget[]): string => {
  const byName = new Map(budgets.map((budget) => [nameOfBudget(budget), budget]));
  return toRows(
    [...byName.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { account, rule, beginsAtMs }]) => ({ account, period: rule.period, begins_at: beginsAtMs })),
  );
};

const toStates = (rows: readonly BudgetRow[]): Map<string, BudgetRow> =>
  new Map(rows.map((row) => [nameOf(row.account, row.period, row.begins_at), row]));

/** How budgets stand, in their order; one that nothing was reserved in yet has spent nothing. */
export const readBudgets = async (
  queries: Queries,
  budgets: readonly AppliedBudget[],
): Promise<readonly BudgetState[]> => {
  const states = toStates(await queries.query<BudgetRow>(FIND, [toNames(budgets)]));
  return budgets.map((budget) => states.get(nameOfBudget(budget)) ?? { spent: 0, reserved: 0 });
};

const holdBudgets = async (
  transaction: Transaction,
  budgets: readonly AppliedBudget[],
): Promise<Map<string, BudgetRow>> => {
  const names = toNames(budgets);
  const wanted = new Set(budgets.map(nameOfBudget)).size;
  let rows = await transaction.query<BudgetRow>(HOLD, [names]);
  if (rows.length < wanted) {
    await transaction.query(CREATE, [names]);
    rows = await transaction.query<BudgetRow>(HOLD, [names]);
  }
  return toStates(rows);
};

/** Grants what fits, one after the other, and counts it in the states. Pure but for them. */
export const grant = (
  asks: readonly BudgetAsk[],
  states: Map<string, BudgetState & { readonly rid: number }>,
): readonly BudgetAnswer[] =>
  asks.map(({ budgets, amount }) => {
    const held = budgets.map((budget) => {
      const state = states.get(nameOfBudget(budget));
      if (state === undefined) throw new TypeError(`no budget ${nameOfBudget(budget)} is held`);
      return { budget, state };
    });
    const short = held.find(({ budget, state }) => state.spent + state.reserved + amount > budget.limit);
    if (short !== undefined) {
      const { budget, state } = short;
      return {
        type: 'short',
        shortage: { budget, asked: amount, spent: state.spent, reserved: state.reserved },
      };
    }
    for (const { budget, state } of held)
      states.set(nameOfBudget(budget), { ...state, reserved: state.reserved + amount });
    return { type: 'reserved', rids: held.map(({ state }) => state.rid) };
  });

/**
 * Reserves amounts in the order in which they are asked for, each in all of its budgets or in none. The rows of the budgets
 * are held until the transaction ends, so that no other node reserves what this one has.
 */
export const reserveInBudgets = async (
  transaction: Transaction,
  asks: readonly BudgetAsk[],
): Promise<readonly BudgetAnswer[]> => {
  const states = await holdBudgets(
    transaction,
    asks.flatMap(({ budgets }) => budgets),
  );
  const answers = grant(asks, states);
  const sums = new Map<number, BudgetChange>();
  for (const [index, answer] of answers.entries()) {
    if (answer.type === 'reserved')
      for (const rid of answer.rids) addChange(sums, { rid, reserved: asks[index]?.amount ?? 0, spent: 0 });
  }
  await writeChanges(transaction, sums);
  return answers;
};

/** What is added to a budget. */
export interface BudgetChange {
  readonly rid: number;
  readonly reserved: number;
  readonly spent: number;
}

const addChange = (sums: Map<number, BudgetChange>, { rid, reserved, spent }: BudgetChange): void => {
  const sum = sums.get(rid);
  sums.set(rid, {
    rid,
    reserved: reserved + (sum?.reserved ?? 0),
    spent: spent + (sum?.spent ?? 0),
  });
};

const writeChanges = async (
  transaction: Transaction,
  sums: ReadonlyMap<number, BudgetChange>,
): Promise<void> => {
  const rows = [...sums.values()].filter(({ reserved, spent }) => reserved !== 0 || spent !== 0);
  if (rows.length > 0) await transaction.query(CHANGE, [toRows(rows.map((row) => ({ ...row })))]);
};

/** Reserves more in budgets that something is reserved in already. Gives the limits' first row that is short, or undefined. */
export const reserveMore = async (
  transaction: Transaction,
  limits: readonly { readonly rid: number; readonly budget: AppliedBudget }[],
  amount: number,
): Promise<BudgetShortage | undefined> => {
  const rows = await transaction.query<Pick<BudgetRow, 'rid' | 'spent' | 'reserved'>>(HOLD_BY_RID, [
    toRows(limits.map(({ rid }) => ({ rid }))),
  ]);
  const byRid = new Map(rows.map((row) => [row.rid, row]));
  for (const { rid, budget } of limits) {
    const { spent = 0, reserved = 0 } = byRid.get(rid) ?? {};
    if (spent + reserved + amount > budget.limit) return { budget, asked: amount, spent, reserved };
  }
  const sums = new Map<number, BudgetChange>();
  for (const { rid } of limits) addChange(sums, { rid, reserved: amount, spent: 0 });
  await writeChanges(transaction, sums);
  return undefined;
};

/** Changes budgets, each row once. */
export const changeBudgets = async (
  transaction: Transaction,
  changes: readonly BudgetChange[],
): Promise<void> => {
  const sums = new Map<number, BudgetChange>();
  for (const change of changes) addChange(sums, change);
  if (sums.size > 1) await transaction.query(HOLD_BY_RID, [toRows([...sums.keys()].map((rid) => ({ rid })))]);
  await writeChanges(transaction, sums);
};
