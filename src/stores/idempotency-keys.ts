import type { Queries, Transaction } from './db/db.ts';
import { toRows } from './db/dialect.ts';

/** What a key stands for: a generation or a batch. */
export interface KeyHolder {
  readonly id: string;
  readonly requestHash: string;
}

export interface IdempotencyEntry {
  readonly key: string;
  readonly requestHash: string;
}

/** How long a key stands for what was started under it. */
const KEY_MS = 86_400_000;

// One that has run out is taken over; one that stands gives no row.
export const TAKE_KEY = `
  INSERT INTO idempotency (principal_id, idempotency_key, request_hash, generation_id, expires_at)
  VALUES ($1, $2, $3, $4, NOW_MS + ${KEY_MS})
  ON CONFLICT (principal_id, idempotency_key) DO UPDATE
    SET request_hash = excluded.request_hash, generation_id = excluded.generation_id, expires_at = excluded.expires_at
    WHERE idempotency.expires_at <= NOW_MS
  RETURNING generation_id`;

const FIND = `
  SELECT request_hash, generation_id FROM idempotency
  WHERE principal_id = $1 AND idempotency_key = $2 AND expires_at > NOW_MS`;

const GIVE_BACK = `
  DELETE FROM idempotency WHERE principal_id = $1 AND idempotency_key = $2 AND generation_id = $3`;
const DELETE_OF = 'DELETE FROM idempotency WHERE generation_id IN_LIST($1)';

/** A key is the caller's own text, and JSON can hold every text. */
const toStoredKey = (key: string): string => JSON.stringify(key);

export const findKey = async (
  queries: Queries,
  principalId: string,
  key: string,
): Promise<KeyHolder | undefined> => {
  const [row] = await queries.query<{ request_hash: string; generation_id: string }>(FIND, [
    principalId,
    toStoredKey(key),
  ]);
  return row && { id: row.generation_id, requestHash: row.request_hash };
};

/** The values of `TAKE_KEY`, which gives a row where `id` has the key from now on. */
export const toTakeValues = (
  { id, principalId }: { readonly id: string; readonly principalId: string },
  { key, requestHash }: IdempotencyEntry,
): readonly string[] => [principalId, toStoredKey(key), requestHash, id];

/** Gives who holds a key from now on: `id` itself, or who has held it before. Atomic over all nodes. */
export const takeKey = async (
  transaction: Transaction,
  started: { readonly id: string; readonly principalId: string },
  entry: IdempotencyEntry,
): Promise<{ readonly holder: KeyHolder; readonly isNew: boolean }> => {
  const { id, principalId } = started;
  for (;;) {
    const taken = await transaction.query(TAKE_KEY, toTakeValues(started, entry));
    if (taken.length > 0) return { holder: { id, requestHash: entry.requestHash }, isNew: true };
    const holder = await findKey(transaction, principalId, entry.key);
    // Else it ran out between the two statements.
    if (holder !== undefined) return { holder, isNew: false };
  }
};

/** Lets a key stand for nothing again, where `id` holds it. */
export const giveKeyBack = async (
  queries: Queries,
  { id, principalId }: { readonly id: string; readonly principalId: string },
  key: string,
): Promise<void> => {
  await queries.query(GIVE_BACK, [principalId, toStoredKey(key), id]);
};

/** Deletes the keys of generations or batches. */
export const deleteKeysOf = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await transaction.query(DELETE_OF, [toRows(ids)]);
};
