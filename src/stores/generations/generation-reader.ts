import { ModelgraphError } from '../../core/errors.ts';
import { type Found, readFound } from '../../core/found.ts';
import { foldEvents } from '../../core/fold-events.ts';
import type { LoggedEvent } from '../../core/generation-event.ts';
import type { Generation } from '../../core/generation.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { decodeEvents } from './encode-events.ts';
import { decodeGeneration } from './encode-generation.ts';

export interface StoredGeneration {
  readonly generation: Generation;
  /** The node that runs it, or that has ended it. */
  readonly ownerNodeId: string;
  readonly ended: boolean;
}

export interface EventTail {
  readonly events: readonly LoggedEvent[];
  readonly ended: boolean;
}

export interface StoredEvents extends EventTail {
  /** null: none are kept. */
  readonly firstRetained: number | null;
  /** Of the last event that was stored, whether it is kept or not. */
  readonly lastSequence: number;
}

// The record first, then the blocks that it does not cover: in one statement, so that both are of one moment.
const findBy = (records: string): string => `
  ${records}
  UNION ALL
  SELECT g.id, g.owner_node, g.finished_at, g.deleted_at, e.first_sequence, e.payload
  FROM generation AS g JOIN generation_event AS e ON e.generation_rid = g.rid
  WHERE g.id IN_LIST($1) AND g.finished_at IS NULL AND e.first_sequence + e.event_count > g.last_sequence + 1
  ORDER BY 1, 5`;

const FIND = findBy(`
  SELECT id, owner_node, finished_at, deleted_at, 0 AS first_sequence, record AS content
  FROM generation WHERE id IN_LIST($1)`);

/** Records that one statement gives together, the last one apart: more of them would fill the memory of a small server. */
const MAX_READ_BYTES = 32 * 1024 * 1024;

/** Records beyond the bytes that may be read are null. */
const FIND_WITHIN = findBy(`
  SELECT r.id, r.owner_node, r.finished_at, r.deleted_at, 0 AS first_sequence,
    CASE WHEN coalesce(s.before, 0) < $2 THEN r.record END AS content
  FROM generation AS r JOIN (
    SELECT rid,
      sum(octet_length(record)) OVER (ORDER BY rid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM generation WHERE id IN_LIST($1)) AS s ON s.rid = r.rid`);

interface FoundRow {
  readonly id: string;
  readonly owner_node: string;
  readonly finished_at: number | null;
  readonly deleted_at: number | null;
  readonly first_sequence: number;
  /** null: it was not read. */
  readonly content: string | null;
}

const tooMuch = (): ModelgraphError =>
  new ModelgraphError(
    'INVALID_REQUEST',
    `Together the generations that are asked for take more than ${MAX_READ_BYTES} bytes. Ask for fewer at a time.`,
  );

const toStored = ([record, ...blocks]: readonly [FoundRow, ...FoundRow[]]): StoredGeneration => {
  const { id, content, owner_node: ownerNodeId, finished_at: finishedAt } = record;
  if (content === null) throw tooMuch();
  const before = decodeGeneration(content);
  const events = blocks
    .flatMap((block) => decodeEvents(id, block.first_sequence, block.content ?? '', null))
    .filter(({ sequence }) => sequence > before.lastSequence);
  return { generation: foldEvents(before, events), ownerNodeId, ended: finishedAt !== null };
};

/**
 * At most 32 MiB of generations as stored, with what its events add for one that has not ended, in the order of the ids.
 * One statement; the same id may be asked for several times. Those that were deleted while they ran have no content.
 */
export const findGenerations = async (
  queries: Queries,
  ids: readonly string[],
  { includesDeleted = false }: { readonly includesDeleted?: boolean } = {},
): Promise<readonly Found<StoredGeneration>[]> => {
  const storable = [...new Set(ids.filter(isStorableText))];
  const rows = await (storable.length > 1
    ? queries.query<FoundRow>(FIND_WITHIN, [toRows(storable), MAX_READ_BYTES])
    : queries.query<FoundRow>(FIND, [toRows(storable)]));
  const byId = Map.groupBy(rows, ({ id }) => id);
  return ids.map((id) => {
    const [record, ...blocks] = byId.get(id) ?? [];
    if (record === undefined || (record.deleted_at !== null && !includesDeleted)) return undefined;
    return readFound(() => toStored([record, ...blocks]));
  });
};

// A cursor may lie inside a block, so that reading starts with the block that holds the sequence after it. The record of
// one that has ended comes with its last block, again in the same moment.
const TAILS = `
  SELECT g.id, g.finished_at, t.seen, e.first_sequence, e.payload,
    CASE WHEN e.ends = 1 THEN g.record END AS final
  FROM JSON_ROWS($1, id text, seen bigint) AS t
  JOIN generation AS g ON g.id = t.id AND g.deleted_at IS NULL
  LEFT JOIN generation_event AS e ON e.generation_rid = g.rid
    AND e.first_sequence >= coalesce((
      SELECT max(p.first_sequence) FROM generation_event AS p
      WHERE p.generation_rid = g.rid AND p.first_sequence <= t.seen + 1), 0)
    AND e.first_sequence + e.event_count > t.seen + 1
  ORDER BY g.rid, e.first_sequence`;

interface TailRow {
  readonly id: string;
  readonly finished_at: number | null;
  readonly seen: number;
  readonly first_sequence: number | null;
  readonly payload: string | null;
  readonly final: string | null;
}

const toTail = (rows: readonly TailRow[]): EventTail => {
  const events: LoggedEvent[] = [];
  for (const { id, seen, first_sequence: first, payload, final } of rows) {
    if (first === null || payload === null) continue;
    for (const event of decodeEvents(id, first, payload, final === null ? null : decodeGeneration(final)))
      if (event.sequence > seen) events.push(event);
  }
  return { events, ended: rows.some(({ finished_at: finishedAt }) => finishedAt !== null) };
};

/** What each log holds after a sequence, in order. A generation that there is not is not in the map. */
export const readTails = async (
  queries: Queries,
  tails: readonly { readonly id: string; readonly after: number }[],
): Promise<ReadonlyMap<string, EventTail>> => {
  const rows = await queries.query<TailRow>(TAILS, [
    toRows(tails.map(({ id, after }) => ({ id, seen: after }))),
  ]);
  return new Map(
    Map.groupBy(rows, ({ id }) => id)
      .entries()
      .map(([id, own]) => [id, toTail(own)]),
  );
};

const EXTENT = `
  SELECT g.last_sequence,
    (SELECT min(first_sequence) FROM generation_event WHERE generation_rid = g.rid) AS first_retained,
    (SELECT first_sequence + event_count - 1 FROM generation_event WHERE generation_rid = g.rid
      ORDER BY first_sequence DESC LIMIT 1) AS last_stored
  FROM generation AS g WHERE g.id = $1`;

interface ExtentRow {
  readonly last_sequence: number;
  readonly first_retained: number | null;
  readonly last_stored: number | null;
}

export const readEvents = async (queries: Queries, id: string, after: number): Promise<StoredEvents> => {
  const { events, ended } = (await readTails(queries, [{ id, after }])).get(id) ?? {
    events: [],
    ended: false,
  };
  const [extent] = await queries.query<ExtentRow>(EXTENT, [id]);
  const last = events.at(-1)?.sequence;
  return {
    events,
    ended,
    firstRetained: extent?.first_retained ?? null,
    // The log may have grown between the two statements: no more is claimed than was read.
    lastSequence: last ?? Math.max(extent?.last_stored ?? 0, extent?.last_sequence ?? 0),
  };
};
