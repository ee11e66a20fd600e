import type { Settings } from '../../config/settings.ts';
import type { AppOverrides } from '../../src/app.ts';
import { startApp, type TestApp } from '../support/app/app.ts';
import { usePostgres } from '../support/databases/postgres.ts';

export const postgres = await usePostgres();

/** What a suite is called where there is no PostgreSQL to run it on. */
export const named = (name: string): string =>
  postgres.problem === null ? name : `${name} (no PostgreSQL here: ${postgres.problem})`;

/** Fast enough for a test, slow enough for a machine under load. */
export const TIMING = { flushMs: 20, leaseMs: 3_000, pollMs: 200, answerMs: 5_000 };

export interface Nodes extends AsyncDisposable {
  readonly nodes: readonly TestApp[];
  readonly databaseUrl: string;
}

/** Several servers on one database, each with the same providers. */
export const startNodes = async (
  count: number,
  settings: Partial<Settings> = {},
  overrides: AppOverrides = {},
): Promise<Nodes> => {
  const database = await postgres.createDatabase();
  const nodes = await Promise.all(
    Array.from({ length: count }, () =>
      startApp({ ...settings, databaseUrl: database.url }, { timing: TIMING, ...overrides }),
    ),
  );
  return {
    nodes,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await database[Symbol.asyncDispose]();
    },
  };
};
