import type { AppliedLimit } from '../../core/rate-limit.ts';
import type { WindowState } from '../../lib/sliding-window.ts';
import type { Db } from '../db/db.ts';

/** What is counted is worth no wait for the disk: a crash of the database may forget the last moments of it. */
const RELAXED = `(SELECT set_config('synchronous_commit', 'off', true)) AS relaxed`;

const AMOUNTS = `
  SELECT cast($3 as bigint) AS length, cast($4 as bigint) AS most, cast($5 as bigint) AS added,
    cast($6 as bigint) AS asked, NOW_MS AS at`;

// The rules of `sliding-window.ts`, on the row as the nodes before have left it.
const TAKE = `
  INSERT INTO rate_window AS r (account, name, begins_at, used, previous, granted)
  SELECT $1, $2, a.at / a.length * a.length, greatest(0, a.added) + g.granted, 0, g.granted
  FROM (${AMOUNTS}) AS a CROSS JOIN ${RELAXED}
    CROSS JOIN LATERAL (SELECT least(a.asked, greatest(0, a.most - a.added)) AS granted) AS g
  ON CONFLICT (account, name) DO UPDATE SET (begins_at, used, previous, granted) = (
    SELECT w.begins_at, w.used + g.granted, w.previous, g.granted
    FROM (${AMOUNTS}) AS a
      CROSS JOIN LATERAL (SELECT greatest(r.begins_at, a.at / a.length * a.length) AS begins_at) AS b
      CROSS JOIN LATERAL (
        SELECT b.begins_at,
          greatest(0, CASE WHEN b.begins_at = r.begins_at THEN r.used ELSE 0 END + a.added) AS used,
          CASE WHEN b.begins_at = r.begins_at THEN r.previous
            WHEN b.begins_at = r.begins_at + a.length THEN r.used ELSE 0 END AS previous) AS w
      CROSS JOIN LATERAL (
        SELECT cast(least(a.asked, greatest(0, floor(a.most - (w.used + w.previous *
          (1 - least(1, greatest(0, cast(a.at - b.begins_at as float8) / a.length))))))) as bigint) AS granted) AS g)
  RETURNING begins_at, used, previous, granted, NOW_MS AS at`;

const READ_WINDOW = `
  SELECT begins_at, used, previous, NOW_MS AS at FROM rate_window WHERE account = $1 AND name = $2`;

const OTHERS = `
  SELECT cast(coalesce(sum(cast(e.value as bigint)), 0) as bigint) AS others,
    coalesce(jsonb_object_agg(e.key, e.value), cast('{}' as jsonb)) AS held
  FROM jsonb_each_text(cast(r.held as jsonb)) AS e JOIN node AS n ON n.id = e.key
  WHERE n.lease_until > NOW_MS AND e.key <> $3`;

/** A node's own number replaces the one before, so that a statement that is repeated, or comes late, does no harm. */
const HOLD = `
  INSERT INTO rate_hold AS r (account, name, held, others, changed_at)
  SELECT $1, $2, CASE WHEN g.own = 0 THEN '{}' ELSE cast(jsonb_build_object(cast($3 as text), g.own) as text) END, 0, NOW_MS
  FROM (SELECT cast($4 as bigint) + least(cast($5 as bigint), greatest(0, cast($6 as bigint) - cast($4 as bigint))) AS own)
    AS g CROSS JOIN ${RELAXED}
  ON CONFLICT (account, name) DO UPDATE SET (held, others, changed_at) = (
    SELECT cast(CASE WHEN g.own = 0 THEN o.held ELSE o.held || jsonb_build_object(cast($3 as text), g.own) END as text),
      o.others, NOW_MS
    FROM (${OTHERS}) AS o CROSS JOIN LATERAL (
      SELECT cast($4 as bigint) + least(cast($5 as bigint),
        greatest(0, cast($6 as bigint) - o.others - cast($4 as bigint))) AS own) AS g)
  RETURNING others, cast(coalesce(cast(held as jsonb) ->> cast($3 as text), '0') as bigint) AS own`;

const READ_HELD = `
  SELECT o.others FROM rate_hold AS r CROSS JOIN LATERAL (${OTHERS}) AS o WHERE r.account = $1 AND r.name = $2`;

const DAY_MS = 86_400_000;

const DELETE_WINDOWS = `DELETE FROM rate_window WHERE begins_at < NOW_MS - ${2 * DAY_MS}`;

/** What is still open is written again with the next change; that of a node that has died is forgotten at last. */
const DELETE_HOLDS = `
  DELETE FROM rate_hold WHERE changed_at < NOW_MS - CASE WHEN held = '{}' THEN ${DAY_MS} ELSE ${30 * DAY_MS} END`;

interface WindowRow {
  readonly begins_at: number;
  readonly used: number;
  readonly previous: number;
  readonly at: number;
}

/** A window by the database's clock. */
export interface StoredWindow {
  readonly state: WindowState;
  readonly nowMs: number;
}

const toStored = ({ begins_at: beginsAtMs, used, previous, at: nowMs }: WindowRow): StoredWindow => ({
  state: { beginsAtMs, used, previous },
  nowMs,
});

type Named = Pick<AppliedLimit, 'account' | 'name'>;

/**
 * What the nodes on one PostgreSQL count together, by one statement for each limit. Each method rejects with
 * `StoreUnavailable` while the database is away.
 */
export class RateLimitStore {
  readonly #db: Db;
  readonly #nodeId: string;

  constructor(db: Db, nodeId: string) {
    this.#db = db;
    this.#nodeId = nodeId;
  }

  isUp(): boolean {
    return this.#db.isUp();
  }

  onAvailability(handle: (up: boolean) => void): () => void {
    return this.#db.onAvailability(handle);
  }

  /** Counts `added`, whatever the limit, then as much of `asked` as fits. */
  async take(
    { account, name, limit }: Named & Pick<AppliedLimit, 'limit'>,
    windowMs: number,
    { added, asked }: { readonly added: number; readonly asked: number },
  ): Promise<StoredWindow & { readonly granted: number }> {
    const values = [account, name, windowMs, limit, added, asked];
    const [row] = await this.#db.query<WindowRow & { granted: number }>(TAKE, values);
    if (row === undefined) throw new TypeError('a statement that counts has given no row');
    return { ...toStored(row), granted: row.granted };
  }

  /** undefined: nothing was used. */
  async readWindow({ account, name }: Named): Promise<StoredWindow | undefined> {
    const [row] = await this.#db.query<WindowRow>(READ_WINDOW, [account, name]);
    return row && toStored(row);
  }

  /** This node holds `kept` open and as many of `asked` as fit beside those of the other nodes that are alive. */
  async hold(
    { account, name, limit }: Named & Pick<AppliedLimit, 'limit'>,
    { kept, asked }: { readonly kept: number; readonly asked: number },
  ): Promise<{ readonly own: number; readonly others: number }> {
    const values = [account, name, this.#nodeId, kept, asked, limit];
    const [row] = await this.#db.query<{ own: number; others: number }>(HOLD, values);
    if (row === undefined) throw new TypeError('a statement that counts has given no row');
    return row;
  }

  /** How many the other nodes that are alive hold open. */
  async readOthers({ account, name }: Named): Promise<number> {
    const [row] = await this.#db.query<{ others: number }>(READ_HELD, [account, name, this.#nodeId]);
    return row?.others ?? 0;
  }

  /** Deletes what counts no more. */
  async deleteOld(): Promise<void> {
    await this.#db.query(DELETE_WINDOWS);
    await this.#db.query(DELETE_HOLDS);
  }
}
