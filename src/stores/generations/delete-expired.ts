import type { Db } from '../db/db.ts';

const DAY_MS = 86_400_000;

/** After so long a node that was asked to drop a deleted generation is not waited for. */
const LEFT_MS = 60_000;

/**
 * Each deletes at most `$1` rows, none that another node is just deleting. Events go before the generation they belong to.
 */
const STEPS: readonly string[] = [
  `DELETE FROM generation_event WHERE rid IN (
    SELECT e.rid FROM generation AS g JOIN generation_event AS e ON e.generation_rid = g.rid
    WHERE g.events_expire_at < NOW_MS
    ORDER BY g.events_expire_at, e.generation_rid, e.first_sequence
    LIMIT $1 FOR UPDATE OF e SKIP LOCKED) RETURNING 1 AS gone`,
  `UPDATE generation SET events_expire_at = NULL WHERE rid IN (
    SELECT g.rid FROM generation AS g WHERE g.events_expire_at < NOW_MS
      AND NOT EXISTS (SELECT 1 FROM generation_event AS e WHERE e.generation_rid = g.rid)
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM generation WHERE rid IN (
    SELECT rid FROM generation WHERE expires_at < NOW_MS AND events_expire_at IS NULL
    ORDER BY expires_at
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM generation_event WHERE rid IN (
    SELECT e.rid FROM generation AS g JOIN generation_event AS e ON e.generation_rid = g.rid
    WHERE g.deleted_at < NOW_MS - ${LEFT_MS} AND g.finished_at IS NOT NULL
    LIMIT $1 FOR UPDATE OF e SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM generation WHERE rid IN (
    SELECT g.rid FROM generation AS g WHERE g.deleted_at < NOW_MS - ${LEFT_MS} AND g.finished_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM generation_event AS e WHERE e.generation_rid = g.rid)
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM idempotency WHERE (principal_id, idempotency_key) IN (
    SELECT principal_id, idempotency_key FROM idempotency WHERE expires_at < NOW_MS
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM generation_follower WHERE (generation_id, node_id) IN (
    SELECT generation_id, node_id FROM generation_follower WHERE followed_until < NOW_MS
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM generation_command WHERE rid IN (
    SELECT rid FROM generation_command WHERE created_at < NOW_MS - ${DAY_MS}
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM node WHERE id IN (
    SELECT n.id FROM node AS n WHERE n.lease_until < NOW_MS - ${DAY_MS}
      AND NOT EXISTS (SELECT 1 FROM generation AS g WHERE g.owner_node = n.id AND g.finished_at IS NULL)
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
];

/** As `GenerationStore.deleteExpired`. */
export const deleteExpired = async (db: Db, maxRows: number): Promise<boolean> => {
  let isMore = false;
  let isDeleted = false;
  for (const step of STEPS) {
    const rows = await db.query(step, [maxRows]);
    isMore ||= rows.length === maxRows;
    isDeleted ||= rows.length > 0;
  }
  if (isDeleted) db.eraseTraces?.();
  return isMore;
};
