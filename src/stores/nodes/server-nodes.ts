import type { ServerNode } from '../../core/server-node.ts';
import type { Db } from '../db/db.ts';

const ALIVE = `
  SELECT n.id, n.version, n.started_at,
    (SELECT count(*) FROM generation AS g WHERE g.owner_node = n.id AND g.finished_at IS NULL) AS running
  FROM node AS n WHERE n.lease_until > NOW_MS ORDER BY n.started_at, n.id`;

interface NodeRow {
  readonly id: string;
  readonly version: string | null;
  readonly started_at: number;
  readonly running: number;
}

/** The nodes whose lease has not run out, the oldest first. Rejects with `StoreUnavailable` while the database is away. */
export const findServerNodes = async (db: Db): Promise<readonly ServerNode[]> => {
  const rows = await db.query<NodeRow>(ALIVE);
  return rows.map(({ id, version, started_at: startedAt, running }) => ({
    id,
    version,
    startedAt: new Date(startedAt),
    runningGenerations: running,
  }));
};
