import { toOutline } from '../../core/to-outline.ts';
import type { Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { deleteKeysOf } from '../idempotency-keys.ts';
import { forgetCommands, sendCommand } from '../nodes/node-commands.ts';
import { isLeaseAlive } from '../nodes/node-leases.ts';
import { decodeGeneration, encodeGeneration } from './encode-generation.ts';

/**
 * - `deleted`: nothing of it is left.
 * - `leaving`: nothing of its content is left in the store, and its node was asked to drop what it has in memory; the row
 *   goes once that is done.
 * - `unknown`: there is none, or it is another principal's.
 */
export type GenerationDeletion = 'deleted' | 'leaving' | 'unknown';

const HOLD = `
  SELECT rid, principal_id, owner_node, finished_at, record FROM generation WHERE id = $1 FOR UPDATE`;

const DELETE_EVENTS = 'DELETE FROM generation_event WHERE generation_rid = $1';

const DELETE_FOLLOWERS = 'DELETE FROM generation_follower WHERE generation_id IN_LIST($1)';

const DELETE_ROW = 'DELETE FROM generation WHERE rid = $1';

const LEAVE = `
  UPDATE generation SET deleted_at = COALESCE(deleted_at, NOW_MS), record = $2 WHERE rid = $1`;

const DELETE_LATE_EVENTS = `
  DELETE FROM generation_event WHERE generation_rid IN (
    SELECT rid FROM generation WHERE id IN_LIST($1) AND deleted_at IS NOT NULL AND finished_at IS NOT NULL)`;

const COMPLETE = `
  DELETE FROM generation WHERE id IN_LIST($1) AND deleted_at IS NOT NULL AND finished_at IS NOT NULL`;

interface HeldRow {
  readonly rid: number;
  readonly principal_id: string;
  readonly owner_node: string;
  readonly finished_at: number | null;
  readonly record: string;
}

/** Deletes what stands beside the rows of generations and names them: keys, notes of followers, commands. */
export const deleteBesides = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  await deleteKeysOf(transaction, ids);
  await transaction.query(DELETE_FOLLOWERS, [toRows(ids)]);
  await forgetCommands(transaction, ids);
};

/**
 * Deletes the rows of generations that have ended and were deleted before. A node that was just writing events of one has
 * committed them after its other events were deleted.
 */
export const completeDeletions = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  await transaction.query(DELETE_LATE_EVENTS, [toRows(ids)]);
  await transaction.query(COMPLETE, [toRows(ids)]);
};

/** As `GenerationStore.delete`. */
export const deleteGeneration = async (
  transaction: Transaction,
  nodeId: string,
  { id, principalId }: { readonly id: string; readonly principalId: string },
): Promise<{ readonly deletion: GenerationDeletion; readonly owner: string | null }> => {
  const [row] = await transaction.query<HeldRow>(HOLD, [id]);
  if (row === undefined || row.principal_id !== principalId) return { deletion: 'unknown', owner: null };
  const { rid, owner_node: owner, finished_at: finishedAt } = row;
  await transaction.query(DELETE_EVENTS, [rid]);
  await deleteBesides(transaction, [id]);
  const isElsewhere = owner !== nodeId && (await isLeaseAlive(transaction, owner));
  if (finishedAt !== null && !isElsewhere) {
    await transaction.query(DELETE_ROW, [rid]);
    return { deletion: 'deleted', owner };
  }
  const outline = toOutline(decodeGeneration(row.record));
  await transaction.query(LEAVE, [rid, encodeGeneration({ ...outline, isStored: false })]);
  await sendCommand(transaction, owner, { generationId: id, kind: 'delete', payload: null });
  return { deletion: 'leaving', owner };
};
