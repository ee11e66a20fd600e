import type { Settlement } from '../core/billed-turn.ts';
import type { Transaction } from './db/db.ts';
import { toRows } from './db/dialect.ts';

const DAY_MS = 86_400_000;

const WRITE = `
  INSERT INTO ledger (at, principal_id, key_id, user_id, model, provider, status, tag, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, reasoning_tokens, audio_input_tokens, fees, cost, source)
  SELECT r.at, r.principal_id, r.key_id, r.user_id, r.model, r.provider, r.status, r.tag, r.input_tokens,
    r.output_tokens, r.cache_read_tokens, r.cache_write_tokens, r.reasoning_tokens, r.audio_input_tokens, r.fees, r.cost,
    r.source
  FROM JSON_ROWS($1, at bigint, principal_id text, key_id text, user_id text, model text, provider text, status text,
    tag text, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint,
    reasoning_tokens bigint, audio_input_tokens bigint, fees bigint, cost bigint, source text) AS r`;

// In one order everywhere, so that no two transactions wait for each other.
const ADD_UP = `
  INSERT INTO usage_day (principal_id, day, key_id, user_id, model, provider, status, tag, shard, generations,
    input_tokens, output_tokens, cost, unpriced)
  SELECT r.principal_id, r.day, r.key_id, r.user_id, r.model, r.provider, r.status, r.tag, $2, r.generations,
    r.input_tokens, r.output_tokens, r.cost, r.unpriced
  FROM JSON_ROWS($1, principal_id text, day bigint, key_id text, user_id text, model text, provider text, status text,
    tag text, generations bigint, input_tokens bigint, output_tokens bigint, cost bigint, unpriced bigint) AS r
  WHERE true
  ON CONFLICT (principal_id, day, key_id, user_id, model, provider, status, tag, shard) DO UPDATE SET
    generations = usage_day.generations + excluded.generations,
    input_tokens = usage_day.input_tokens + excluded.input_tokens,
    output_tokens = usage_day.output_tokens + excluded.output_tokens,
    cost = usage_day.cost + excluded.cost,
    unpriced = usage_day.unpriced + excluded.unpriced`;

const SHARDS = 8;

/** The rows of sums that a node writes to: those of few other nodes. */
export const shardOf = (nodeId: string): number => {
  let hash = 0;
  for (let index = 0; index < nodeId.length; index += 1) hash = (hash * 31 + nodeId.charCodeAt(index)) | 0;
  return Math.abs(hash % SHARDS);
};

const toLedgerRows = ({ principalId, status, billing, turns }: Settlement) =>
  turns.map(({ at, model, provider, usage, cost, fees, source }) => ({
    at: at.getTime(),
    principal_id: principalId,
    key_id: billing.keyId,
    user_id: billing.userId,
    model,
    provider,
    status,
    tag: billing.tag,
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cache_read_tokens: usage?.cacheReadTokens ?? null,
    cache_write_tokens: usage?.cacheWriteTokens ?? null,
    reasoning_tokens: usage?.reasoningTokens ?? null,
    audio_input_tokens: usage?.audioInputTokens ?? null,
    fees,
    cost,
    source,
  }));

type LedgerRow = ReturnType<typeof toLedgerRows>[number];

interface Sum {
  readonly [column: string]: string | number;
  readonly generations: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost: number;
  readonly unpriced: number;
}

const addUp = (sum: Sum | undefined, row: LedgerRow, generations: number): Sum => ({
  principal_id: row.principal_id,
  day: Math.floor(row.at / DAY_MS),
  key_id: row.key_id ?? '',
  user_id: row.user_id ?? '',
  model: row.model,
  provider: row.provider,
  status: row.status,
  tag: row.tag ?? '',
  generations: (sum?.generations ?? 0) + generations,
  input_tokens: (sum?.input_tokens ?? 0) + (row.input_tokens ?? 0),
  output_tokens: (sum?.output_tokens ?? 0) + (row.output_tokens ?? 0),
  cost: (sum?.cost ?? 0) + (row.cost ?? 0),
  unpriced: (sum?.unpriced ?? 0) + (row.cost === null ? 1 : 0),
});

const nameOf = ({ at, principal_id, key_id, user_id, model, provider, status, tag }: LedgerRow): string =>
  JSON.stringify([principal_id, Math.floor(at / DAY_MS), key_id, user_id, model, provider, status, tag]);

/** Writes the turns of bills and adds them to the sums of their days. `shard`: of the node that writes. */
export const writeLedger = async (
  transaction: Transaction,
  settlements: readonly Settlement[],
  shard: number,
): Promise<void> => {
  const rows: LedgerRow[] = [];
  const sums = new Map<string, Sum>();
  for (const settlement of settlements)
    for (const [index, row] of toLedgerRows(settlement).entries()) {
      rows.push(row);
      const name = nameOf(row);
      // A generation of several turns counts once, with the first of them.
      sums.set(name, addUp(sums.get(name), row, index === 0 ? settlement.generations : 0));
    }
  if (rows.length === 0) return;
  await transaction.query(WRITE, [toRows(rows)]);
  const inOrder = [...sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  await transaction.query(ADD_UP, [toRows(inOrder), shard]);
};
