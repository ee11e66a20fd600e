import type { FailureKind } from './availability.ts';

/** Primary result codes of SQLite. */
export const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
export const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code that an error of SQLite carries; null: it is none of SQLite's. */
export const resultCodeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;

export const kindOfSqliteFailure = (error: unknown): FailureKind => {
  switch (resultCodeOf(error)) {
    case BUSY:
    case LOCKED:
      return 'busy';
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return 'away';
    case FULL:
      return 'full';
    case CORRUPT:
    case NOTADB:
      return 'damaged';
    default:
      return 'defect';
  }
};
