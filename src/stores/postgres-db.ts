import type { Db } from './db.ts';

export const openPostgresDb = (_options: {
  readonly url: string;
  readonly directUrl: string;
  readonly log: unknown;
}): Promise<Db> => Promise.reject(new TypeError('not yet'));
