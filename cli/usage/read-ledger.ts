import type { Queries } from '../../src/stores/db/db.ts';

/** One row of the ledger: a turn that was billed. Null: not known, or none. */
export interface LedgerLine {
  readonly rid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly principal_id: string;
  readonly key_id: string | null;
  readonly user_id: string | null;
  readonly model: string;
  readonly provider: string;
  readonly status: string;
  readonly tag: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly audio_input_tokens: number | null;
  /** Billionths of a US dollar. */
  readonly fees: number;
  readonly cost: number | null;
  readonly source: string | null;
}

const READ = `
  SELECT rid, at, principal_id, key_id, user_id, model, provider, status, tag, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, reasoning_tokens, audio_input_tokens, fees, cost, source
  FROM ledger WHERE (at > $1 OR (at = $1 AND rid > $2)) AND at < $3
  ORDER BY at, rid LIMIT $4`;

const ROWS_A_PAGE = 1_000;

/** The rows of a time from its first millisecond up to and without its last, oldest first, a page at a time. */
export async function* readLedger(db: Queries, fromMs: number, toMs: number): AsyncGenerator<LedgerLine> {
  let at = fromMs;
  let rid = -1;
  for (;;) {
    const page = await db.query<LedgerLine>(READ, [at, rid, toMs, ROWS_A_PAGE]);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < ROWS_A_PAGE) return;
    ({ at, rid } = last);
  }
}
