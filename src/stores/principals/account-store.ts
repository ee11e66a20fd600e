import type { AppliedBudget, BudgetState } from '../../core/budget.ts';
import type { UsageDimension, UsageQuery, UsageSum } from '../../core/usage-report.ts';
import { readBudgets } from '../budgets.ts';
import type { Db } from '../db/db.ts';
import { BUDGET_CHANGES } from '../settle.ts';

const DAY_MS = 86_400_000;

const COLUMNS: Readonly<Record<UsageDimension, string>> = {
  day: 'day',
  model: 'model',
  provider: 'provider',
  user: 'user_id',
  tag: 'tag',
  status: 'status',
};

const SUMS = `
  cast(sum(generations) as bigint) AS generations, cast(sum(input_tokens) as bigint) AS input_tokens,
  cast(sum(output_tokens) as bigint) AS output_tokens, cast(sum(cost) as bigint) AS cost,
  cast(sum(unpriced) as bigint) AS unpriced`;

const OWN = 'principal_id = $1';
const OF_KEY = 'key_id = $1';

/** One text for each choice of dimensions. */
const toUsageSql = (by: readonly UsageDimension[], whose: string): string => {
  const columns = by.map((dimension) => COLUMNS[dimension]).join(', ');
  const grouped = columns === '' ? '' : `GROUP BY ${columns} ORDER BY ${columns}`;
  return `
    SELECT ${columns === '' ? '' : `${columns}, `}${SUMS} FROM usage_day
    WHERE ${whose} AND day >= $2 AND day <= $3 ${grouped} LIMIT $4`;
};

interface UsageRow {
  readonly day?: number;
  readonly model?: string;
  readonly provider?: string;
  readonly user_id?: string;
  readonly tag?: string;
  readonly status?: string;
  readonly generations: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost: number;
  readonly unpriced: number;
}

const toText = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const toSum = (row: UsageRow): UsageSum => ({
  day: row.day ?? null,
  model: toText(row.model),
  provider: toText(row.provider),
  user: toText(row.user_id),
  tag: toText(row.tag),
  status: toText(row.status),
  generations: row.generations ?? 0,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  cost: row.cost,
  unpriced: row.unpriced,
});

const TAGS = `
  SELECT account FROM budget WHERE period = $1 AND begins_at = $2 AND substr(account, 1, $3) = $4
  ORDER BY spent + reserved DESC LIMIT $5`;

const DELETE_LEDGER = `
  DELETE FROM ledger WHERE rid IN (
    SELECT rid FROM ledger WHERE at < NOW_MS - cast($2 as bigint) ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING 1 AS gone`;

const DELETE_DAYS = `DELETE FROM usage_day WHERE day < (NOW_MS - cast($1 as bigint)) / ${DAY_MS}`;

/** Nothing is added to a budget of a period that is over, once all that it was reserved for has ended. */
const DELETE_BUDGETS = `
  DELETE FROM budget WHERE begins_at > 0 AND begins_at < NOW_MS - cast($1 as bigint) - ${32 * DAY_MS} AND reserved = 0`;

/** What principals have spent. Each method rejects with `StoreUnavailable` while the database is away. */
export class AccountStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** How budgets stand, in their order. */
  budgets(budgets: readonly AppliedBudget[]): Promise<readonly BudgetState[]> {
    return budgets.length === 0 ? Promise.resolve([]) : readBudgets(this.#db, budgets);
  }

  /** Accounts with a budget of this period whose names begin like this, those that have used most first. */
  async accounts(
    prefix: string,
    { rule, beginsAtMs }: Pick<AppliedBudget, 'rule' | 'beginsAtMs'>,
    most: number,
  ): Promise<readonly string[]> {
    // Of SQLite and PostgreSQL alike, characters are counted and not code units.
    const length = Array.from(prefix).length;
    const rows = await this.#db.query<{ account: string }>(TAGS, [
      rule.period,
      beginsAtMs,
      length,
      prefix,
      most,
    ]);
    return rows.map(({ account }) => account);
  }

  /** Sums of the ledger, in the order of their dimensions, at most so many. */
  async usage({ whose, fromDay, toDay, by }: UsageQuery, most: number): Promise<readonly UsageSum[]> {
    const sql = toUsageSql(by, whose.type === 'key' ? OF_KEY : OWN);
    const rows = await this.#db.query<UsageRow>(sql, [whose.id, fromDay, toDay, most]);
    return rows.filter(({ generations }) => generations !== null).map(toSum);
  }

  /** Calls `handle` when a budget may have changed, on any node. Gives a function that ends it. */
  onBudgetChange(handle: () => void): () => void {
    return this.#db.listen(BUDGET_CHANGES, handle, { onReconnect: handle });
  }

  /** Deletes what is older, at most so many rows of the ledger. Gives whether there may be more. */
  async deleteOlder(retentionMs: number, maxRows: number): Promise<boolean> {
    const gone = await this.#db.query(DELETE_LEDGER, [maxRows, retentionMs]);
    await this.#db.query(DELETE_DAYS, [retentionMs]);
    await this.#db.query(DELETE_BUDGETS, [retentionMs]);
    return gone.length === maxRows;
  }
}
