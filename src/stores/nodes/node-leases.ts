import type { Db, Transaction } from '../db/db.ts';

const HOLD = `
  SELECT CASE WHEN lease_until > NOW_MS THEN 1 ELSE 0 END AS alive FROM node WHERE id = $1 FOR UPDATE`;

const SHARE = 'SELECT id FROM node WHERE id = $1 FOR SHARE';

const RENEW = `
  INSERT INTO node (id, lease_until, started_at, version) VALUES ($1, NOW_MS + $2, NOW_MS, $3)
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`;

const RELEASE = 'DELETE FROM node WHERE id = $1';

/**
 * Locks a node's lease until the transaction ends, so that the node can neither renew it nor write under it meanwhile.
 * Gives whether the node is alive: false where the lease has run out, or there is none.
 */
export const holdLease = async (transaction: Transaction, nodeId: string): Promise<boolean> => {
  const [node] = await transaction.query<{ alive: number }>(HOLD, [nodeId]);
  return node?.alive === 1;
};

/** Keeps other nodes out of `holdLease` until the transaction ends. Any number of writes of the node share it. */
export const shareLease = async (transaction: Transaction, nodeId: string): Promise<void> => {
  await transaction.query(SHARE, [nodeId]);
};

/** The lease by which other nodes see that this one is alive. Rejects with `StoreUnavailable` while the database is away. */
export class NodeLeases {
  readonly #db: Db;
  readonly #nodeId: string;
  readonly #version: string | null;

  /** `version`: of this server, for operators; null: none is stored. */
  constructor(db: Db, nodeId: string, version: string | null = null) {
    this.#db = db;
    this.#nodeId = nodeId;
    this.#version = version;
  }

  /**
   * Renews this node's lease. `lapsed`: it had run out, or there was none, so that other nodes may be as late: orphans are
   * to be searched for only after another lease time.
   */
  renew(leaseMs: number): Promise<{ readonly lapsed: boolean }> {
    return this.#db.transaction(
      async (transaction) => {
        const alive = await holdLease(transaction, this.#nodeId);
        await transaction.query(RENEW, [this.#nodeId, leaseMs, this.#version]);
        return { lapsed: !alive };
      },
      { relaxed: true },
    );
  }

  /** Gives the lease up at an orderly end. Other nodes end what this one has left running. */
  async release(): Promise<void> {
    await this.#db.query(RELEASE, [this.#nodeId]);
  }
}
