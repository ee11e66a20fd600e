import type { BilledTurn, Billing, Settlement } from '../../core/billed-turn.ts';
import { isTerminalEvent, type LoggedEvent } from '../../core/generation-event.ts';
import type { Generation } from '../../core/generation.ts';
import type { Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { shardOf } from '../ledger.ts';
import { shareLease } from '../nodes/node-leases.ts';
import { decodeBilling, encodeBilling, settle } from '../settle.ts';
import { completeDeletions } from './delete-generation.ts';
import { quoteEvents } from './encode-events.ts';
import { encodeGeneration } from './encode-generation.ts';
import type { StoreOptions } from './store-options.ts';

/** Events of one generation that follow each other. One that is written again begins at the same sequence. */
export interface EventBlock {
  readonly generationId: string;
  readonly firstSequence: number;
  readonly events: readonly LoggedEvent[];
}

/** What has changed since the last write, written in one transaction; safe to repeat. */
export interface GenerationWrites {
  /** Rows that may exist already are left alone. */
  readonly created: readonly Generation[];
  /** Appended only while the generation is running and this node's. */
  readonly blocks: readonly EventBlock[];
  /** Status, resolution and the like of live ones. */
  readonly changed: readonly Generation[];
  /** The final records; nothing changes them afterwards. */
  readonly finished: readonly Generation[];
  /** What settles the created ones, by their ids. One without is not settled. */
  readonly billings?: ReadonlyMap<string, Billing>;
  /** What vendors have billed for the finished ones, by their ids. */
  readonly bills?: ReadonlyMap<string, readonly BilledTurn[]>;
}

const CREATE = `
  INSERT INTO generation (id, principal_id, status, owner_node, last_sequence, created_at, record, billing)
  SELECT r.id, r.principal_id, r.status, $2, r.last_sequence, r.created_at, r.record, r.billing
  FROM JSON_ROWS($1, id text, principal_id text, status text, last_sequence bigint, created_at bigint, record text,
    billing text) AS r
  WHERE true
  ON CONFLICT (id) DO NOTHING`;

/** What is needed of generations that end. */
const ENDING = 'SELECT id, owner_node, finished_at, deleted_at, billing FROM generation WHERE id IN_LIST($1)';

/** Which of some generations are not a node's. */
const FOREIGN = `
  SELECT r.id FROM JSON_ROWS($1, id text) AS r
  LEFT JOIN generation AS g ON g.id = r.id AND g.owner_node = $2
  WHERE g.rid IS NULL`;

// A write whose commit was not heard of comes again, and may have grown meanwhile. SQLite takes the tables of a CROSS JOIN in
// this order.
const APPEND = `
  INSERT INTO generation_event (generation_rid, first_sequence, event_count, ends, payload)
  SELECT g.rid, r.first_sequence, r.event_count, r.ends, r.payload
  FROM JSON_ROWS($1, id text, first_sequence bigint, event_count bigint, ends bigint, payload text) AS r
  CROSS JOIN generation AS g
  WHERE g.id = r.id AND g.owner_node = $2 AND g.finished_at IS NULL AND g.deleted_at IS NULL
  ON CONFLICT (generation_rid, first_sequence) DO UPDATE
    SET event_count = excluded.event_count, ends = excluded.ends, payload = excluded.payload
    WHERE generation_event.ends = 0 AND excluded.event_count > generation_event.event_count`;

// A pause that is written again must not undo that another node has handed in what it waited for.
const CHANGE = `
  UPDATE generation SET status = r.status, last_sequence = r.last_sequence, record = r.record
  FROM JSON_ROWS($1, id text, status text, last_sequence bigint, record text) AS r
  WHERE generation.id = r.id AND generation.owner_node = $2 AND generation.finished_at IS NULL
    AND generation.deleted_at IS NULL
    AND (r.status <> 'requires-action' OR generation.last_sequence < r.last_sequence)`;

const FINISH = `
  UPDATE generation SET status = r.status, last_sequence = r.last_sequence, record = r.record, owner_node = $2,
    billing = NULL,
    finished_at = NOW_MS,
    events_expire_at = NOW_MS + CASE WHEN r.retention_ms < $3 THEN r.retention_ms ELSE $3 END,
    expires_at = NOW_MS + COALESCE(r.retention_ms, $4)
  FROM JSON_ROWS($1, id text, status text, last_sequence bigint, record text, retention_ms bigint) AS r
  WHERE generation.id = r.id AND generation.finished_at IS NULL`;

interface EndingRow {
  readonly id: string;
  readonly owner_node: string;
  readonly finished_at: number | null;
  readonly deleted_at: number | null;
  readonly billing: string | null;
}

/** A generation as the columns of its row. */
export const toRow = (generation: Generation) => ({
  id: generation.id,
  principal_id: generation.principalId,
  status: generation.status,
  last_sequence: generation.lastSequence,
  retention_ms: generation.retentionMs ?? null,
  created_at: generation.createdAt.getTime(),
  record: encodeGeneration(generation),
});

export const createGenerations = async (
  transaction: Transaction,
  nodeId: string,
  generations: readonly Generation[],
  billings: ReadonlyMap<string, Billing> = new Map(),
): Promise<void> => {
  if (generations.length === 0) return;
  const rows = generations.map((generation) => {
    const billing = billings.get(generation.id);
    return { ...toRow(generation), billing: billing === undefined ? null : encodeBilling(billing) };
  });
  await transaction.query(CREATE, [toRows(rows), nodeId]);
};

/** As `toRows` has it. Nothing follows a terminal event. */
const toBlockRow = ({ generationId, firstSequence, events }: EventBlock): string => {
  const last = events.at(-1);
  const ends = last !== undefined && isTerminalEvent(last) ? 1 : 0;
  const columns = `"first_sequence":${firstSequence},"event_count":${events.length},"ends":${ends}`;
  return `{"id":${JSON.stringify(generationId)},${columns},"payload":${quoteEvents(events)}}`;
};

/** Appends to generations of one owner that have neither ended nor been deleted. Gives to how many of them. */
export const appendBlocks = async (
  transaction: Transaction,
  ownerNodeId: string,
  blocks: readonly EventBlock[],
): Promise<number> => {
  if (blocks.length === 0) return 0;
  return transaction.change(APPEND, [`[${blocks.map(toBlockRow).join(',')}]`, ownerNodeId]);
};

/** Gives how many of them have been changed. */
const changeGenerations = async (
  transaction: Transaction,
  nodeId: string,
  changed: readonly Generation[],
): Promise<number> =>
  changed.length === 0 ? 0 : transaction.change(CHANGE, [toRows(changed.map(toRow)), nodeId]);

/** Gives those of the generations that another node has ended, and is their owner now. */
const findForeign = async (
  transaction: Transaction,
  nodeId: string,
  ids: readonly string[],
): Promise<readonly string[]> => {
  const rows = toRows(ids.map((id) => ({ id })));
  return (await transaction.query<{ id: string }>(FOREIGN, [rows, nodeId])).map(({ id }) => id);
};

/** Writes final records, of any owner: `options.nodeId` is the owner from now on. */
export const finishGenerations = async (
  transaction: Transaction,
  { nodeId, eventRetentionMs, retentionMs }: StoreOptions,
  generations: readonly Generation[],
): Promise<void> => {
  if (generations.length === 0) return;
  await transaction.query(FINISH, [toRows(generations.map(toRow)), nodeId, eventRetentionMs, retentionMs]);
};

/** The bills of generations that end. One that no vendor was called for is released, and leaves no row. */
const toSettlements = (
  finished: readonly Generation[],
  rows: ReadonlyMap<string, EndingRow>,
  bills: ReadonlyMap<string, readonly BilledTurn[]>,
): readonly Settlement[] =>
  finished.flatMap(({ id, principalId, status }) => {
    const billing = decodeBilling(rows.get(id)?.billing ?? null);
    if (billing === null) return [];
    return {
      principalId,
      status,
      billing,
      turns: bills.get(id) ?? [],
      released: billing.bound ?? 0,
      generations: 1,
    };
  });

/** Writes the final records of this node's generations, and settles them. Gives the ids of those that another node has ended. */
const endGenerations = async (
  transaction: Transaction,
  options: StoreOptions,
  finished: readonly Generation[],
  bills: ReadonlyMap<string, readonly BilledTurn[]>,
): Promise<readonly string[]> => {
  if (finished.length === 0) return [];
  const { nodeId } = options;
  const rows = await transaction.query<EndingRow>(ENDING, [toRows(finished.map(({ id }) => id))]);
  const own = new Map(
    rows.filter(({ owner_node: owner }) => owner === nodeId).map((row) => [row.id, row] as const),
  );
  const ending = finished.filter(({ id }) => own.get(id)?.finished_at === null);
  await finishGenerations(transaction, options, ending);
  if (ending.length > 0) await settle(transaction, toSettlements(ending, own, bills), shardOf(nodeId));
  await completeDeletions(
    transaction,
    ending.map(({ id }) => id).filter((id) => own.get(id)?.deleted_at != null),
  );
  return finished.map(({ id }) => id).filter((id) => !own.has(id));
};

/** Gives the ids of generations that another node has ended: nothing was written of them. */
export const writeGenerations = async (
  transaction: Transaction,
  options: StoreOptions,
  { created, blocks, changed, finished, billings, bills = new Map() }: GenerationWrites,
): Promise<readonly string[]> => {
  const { nodeId } = options;
  await createGenerations(transaction, nodeId, created, billings);
  if (blocks.length + changed.length + finished.length === 0) return [];
  // No other node finds this one's lease run out and ends its generations while they are written.
  await shareLease(transaction, nodeId);
  const written =
    (await appendBlocks(transaction, nodeId, blocks)) +
    (await changeGenerations(transaction, nodeId, changed));
  const refused = new Set(await endGenerations(transaction, options, finished, bills));
  // Nearly always all of it is: only where it is not there is something to find out.
  if (written < blocks.length + changed.length) {
    const ids = [...blocks.map(({ generationId }) => generationId), ...changed.map(({ id }) => id)];
    for (const id of await findForeign(transaction, nodeId, ids)) refused.add(id);
  }
  return [...refused];
};
