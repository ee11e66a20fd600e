import type { Migration } from './migration.ts';

/**
 * Each node that follows a generation has a row of its own, so that one can leave without the others. Rows last for seconds
 * and are written again by those that still follow, so that none is carried over.
 */
export const FOLLOWER_NODES: Migration = {
  version: 9,
  name: 'follower-nodes',
  statements: [
    'DROP TABLE generation_follower',
    `CREATE TABLE generation_follower (
      generation_id text NOT NULL,
      node_id text NOT NULL,
      followed_until bigint NOT NULL,
      PRIMARY KEY (generation_id, node_id)
    )`,
    'CREATE INDEX generation_follower_expiring ON generation_follower (followed_until)',
  ],
};
