import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';

// In one order, so that two nodes that follow the same generations never wait for each other.
const FOLLOW = `
  INSERT INTO generation_follower (generation_id, node_id, followed_until)
  SELECT id, $2, NOW_MS + $3 FROM generation WHERE id IN_LIST($1) AND finished_at IS NULL ORDER BY id
  ON CONFLICT (generation_id, node_id) DO UPDATE SET followed_until = excluded.followed_until
    WHERE generation_follower.followed_until < excluded.followed_until`;

const UNFOLLOW = 'DELETE FROM generation_follower WHERE generation_id = $1 AND node_id = $2';

const IS_FOLLOWED = `
  SELECT generation_id FROM generation_follower WHERE generation_id = $1 AND followed_until > NOW_MS LIMIT 1`;

/** As `GenerationStore.noteFollowed`. */
export const noteFollowed = async (
  queries: Queries,
  nodeId: string,
  ids: readonly string[],
  forMs: number,
): Promise<void> => {
  if (ids.length > 0) await queries.query(FOLLOW, [toRows(ids), nodeId, forMs]);
};

/** Notes that a node does not follow a generation any more. */
export const noteUnfollowed = async (queries: Queries, nodeId: string, id: string): Promise<void> => {
  await queries.query(UNFOLLOW, [id, nodeId]);
};

/** As `GenerationStore.isFollowed`. */
export const isFollowed = async (queries: Queries, id: string): Promise<boolean> =>
  (await queries.query(IS_FOLLOWED, [id])).length > 0;
