const WRITE = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP)\b/i;
const WRITE_AFTER_WITH =
  /^\s*WITH\b[^]*\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+(?:AS\s+\w+\s+)?SET)\b/i;

const MAX_KNOWN = 1_000;

const known = new Map<string, boolean>();

/** Whether a statement changes what is stored. Statements are constants of the code, and few. */
export const isWrite = (sql: string): boolean => {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const writes = WRITE.test(sql) || WRITE_AFTER_WITH.test(sql);
  if (known.size < MAX_KNOWN) known.set(sql, writes);
  return writes;
};
