import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { readSettings } from '../../config/env.ts';
import type { Settings } from '../../config/settings.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { toUsd } from '../../src/core/budget.ts';
import { isDay, toUtcDay } from '../../src/core/utc-day.ts';
import { type DbReader, openSqliteReader } from './sqlite-reader.ts';
import { type LedgerLine, readLedger } from './read-ledger.ts';

export interface UsageTerminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** What the command is called here, for advice. */
  readonly commandName: string;
}

/** How the command is used; `name`: what it is called. */
export const toUsage = (name: string): string => `usage:
  ${name} [--from=YYYY-MM-DD] [--to=YYYY-MM-DD]
Writes the ledger as CSV: one line for each turn that was billed, oldest first, from the first moment of --from (default:
thirty days ago) to the last of --to (default: today), in UTC. DATABASE_URL or MODELGRAPH_DATA name the database, as for the
server, which may run meanwhile.
`;

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The columns in their order, with how each is written. */
const COLUMNS: Readonly<Record<string, (line: LedgerLine) => string | number | null>> = {
  time: ({ at }) => new Date(at).toISOString(),
  principal: (line) => line.principal_id,
  key: (line) => line.key_id,
  user: (line) => line.user_id,
  provider: (line) => line.provider,
  model: (line) => line.model,
  status: (line) => line.status,
  tag: (line) => line.tag,
  input_tokens: (line) => line.input_tokens,
  output_tokens: (line) => line.output_tokens,
  cache_read_tokens: (line) => line.cache_read_tokens,
  cache_write_tokens: (line) => line.cache_write_tokens,
  reasoning_tokens: (line) => line.reasoning_tokens,
  audio_input_tokens: (line) => line.audio_input_tokens,
  fees_usd: (line) => toUsd(line.fees),
  cost_usd: ({ cost }) => (cost === null ? null : toUsd(cost)),
  source: (line) => line.source,
};

/** A field as RFC 4180 has it. A text that a spreadsheet would read as a formula is one no longer. */
const toField = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const toLine = (fields: readonly string[]): string => `${fields.join(',')}\r\n`;

const readDays = (
  parameters: readonly string[],
): { readonly fromMs: number; readonly toMs: number } | null => {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: { from: { type: 'string' }, to: { type: 'string' } },
    });
    const now = Date.now();
    const { from = toUtcDay(now - USUAL_DAYS * DAY_MS), to = toUtcDay(now) } = values;
    if (!isDay(from) || !isDay(to) || to < from) return null;
    return { fromMs: Date.parse(from), toMs: Date.parse(to) + DAY_MS };
  } catch {
    return null;
  }
};

const openLedger = async ({ databaseUrl, databaseDirectUrl, dataDirectory }: Settings): Promise<DbReader> => {
  if (databaseUrl === null) return openSqliteReader(dataDirectory);
  const { openPostgresDb } = await import('../../src/stores/db/postgres-db.ts');
  return openPostgresDb({ url: databaseUrl, directUrl: databaseDirectUrl ?? databaseUrl, log: SILENT });
};

/** Runs the command. Gives its exit status: 0, 1 where the database cannot be read, 2 for wrong parameters. */
export const runUsageCommand = async (
  parameters: readonly string[],
  { output, errors, commandName }: UsageTerminal,
): Promise<number> => {
  const days = readDays(parameters);
  if (days === null) {
    errors.write(toUsage(commandName));
    return 2;
  }
  try {
    const db = await openLedger(readSettings(Object.keys(MODEL_CONFIGS)));
    try {
      output.write(toLine(Object.keys(COLUMNS)));
      for await (const line of readLedger(db, days.fromMs, days.toMs))
        if (!output.write(toLine(Object.values(COLUMNS).map((column) => toField(column(line))))))
          await once(output, 'drain');
    } finally {
      await db.close();
    }
    return 0;
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
};
