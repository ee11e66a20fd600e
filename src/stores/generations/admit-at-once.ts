import type { Billing } from '../../core/billed-turn.ts';
import type { AppliedBudget } from '../../core/budget.ts';
import type { Generation } from '../../core/generation.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { type IdempotencyEntry, TAKE_KEY, toTakeValues } from '../idempotency-keys.ts';
import { encodeBilling } from '../settle.ts';
import type { Admission, AdmissionAnswer } from './admit-generations.ts';
import { toRow } from './generation-writer.ts';

/** Of PostgreSQL alone: SQLite changes no table within a WITH. */
const ADMIT = `
  WITH granted AS (
    UPDATE budget SET reserved = reserved + cast($3 as bigint)
    WHERE rid = $4 AND spent + reserved + cast($3 as bigint) <= $5 RETURNING rid)
  INSERT INTO generation (id, principal_id, status, owner_node, last_sequence, created_at, record, billing)
  SELECT r.id, r.principal_id, r.status, $2, r.last_sequence, r.created_at, r.record, r.billing
  FROM JSON_ROWS($1, id text, principal_id text, status text, last_sequence bigint, created_at bigint, record text,
    billing text) AS r
  WHERE EXISTS (SELECT 1 FROM granted) RETURNING id`;

/** Of PostgreSQL alone, too. */
const CREATE_WITH_KEY = `
  WITH taken AS (${TAKE_KEY})
  INSERT INTO generation (id, principal_id, status, owner_node, last_sequence, created_at, record, billing)
  SELECT r.id, r.principal_id, r.status, $6, r.last_sequence, r.created_at, r.record, r.billing
  FROM JSON_ROWS($5, id text, principal_id text, status text, last_sequence bigint, created_at bigint, record text,
    billing text) AS r
  WHERE EXISTS (SELECT 1 FROM taken)
  ON CONFLICT (id) DO NOTHING RETURNING id`;

/** Budgets whose rows are remembered: a row of a period that goes on is never deleted. */
const MOST_KNOWN = 10_000;

const nameOf = ({ account, rule, beginsAtMs }: AppliedBudget): string =>
  `${rule.period} ${beginsAtMs} ${account}`;

/**
 * Admits single generations in one statement, which is one way to PostgreSQL and back: under one budget whose row is known, or
 * under a key that stands for nothing yet.
 */
export class AdmissionsAtOnce {
  readonly #db: Db;
  readonly #nodeId: string;
  readonly #rids = new Map<string, number>();

  constructor(db: Db, nodeId: string) {
    this.#db = db;
    this.#nodeId = nodeId;
  }

  /** Learns the rows of budgets from how they were reserved in. */
  note(admissions: readonly Admission[], answers: readonly AdmissionAnswer[]): void {
    for (const [index, answer] of answers.entries()) {
      const budgets = admissions[index]?.ask.budgets ?? [];
      if (answer.type !== 'reserved') continue;
      if (this.#rids.size > MOST_KNOWN) this.#rids.clear();
      for (const [place, budget] of budgets.entries()) {
        const rid = answer.rids[place];
        if (rid !== undefined) this.#rids.set(nameOf(budget), rid);
      }
    }
  }

  /** Gives undefined where it takes a transaction, as where the budget has not enough left: nothing has changed then. */
  async admit(admissions: readonly Admission[]): Promise<readonly AdmissionAnswer[] | undefined> {
    const [admission] = admissions;
    if (this.#db.engine !== 'postgres' || admissions.length !== 1 || admission === undefined)
      return undefined;
    const { ask, billing, generation, idempotency } = admission;
    const [budget] = ask.budgets;
    if (idempotency !== null || ask.budgets.length !== 1 || budget === undefined) return undefined;
    const rid = this.#rids.get(nameOf(budget));
    if (rid === undefined) return undefined;
    const row = { ...toRow(generation), billing: encodeBilling({ ...billing, budgets: [rid] }) };
    const values = [toRows([row]), this.#nodeId, ask.amount, rid, budget.limit];
    const created = await this.#db.query(ADMIT, values, { name: 'admit_at_once' });
    return created.length === 0 ? undefined : [{ type: 'reserved', rids: [rid] }];
  }

  /** Whether the generation was created under the key. false: it takes a transaction, and nothing has changed. */
  async createWithKey(
    generation: Generation,
    entry: IdempotencyEntry,
    billing: Billing | undefined,
  ): Promise<boolean> {
    if (this.#db.engine !== 'postgres') return false;
    const row = { ...toRow(generation), billing: billing === undefined ? null : encodeBilling(billing) };
    const values = [...toTakeValues(generation, entry), toRows([row]), this.#nodeId];
    const created = await this.#db.query(CREATE_WITH_KEY, values, { name: 'create_with_key' });
    return created.length > 0;
  }
}
