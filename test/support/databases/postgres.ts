import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { PostgresAnswer } from './postgres-setup.ts';

/** A database of one test's own, which goes with everything in it. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

export interface TestPostgres {
  /** Why there is no PostgreSQL on this machine; null: there is. For `describe.skipIf` and a name that says so. */
  readonly problem: string | null;
  createDatabase(): Promise<TestDatabase>;
}

const administer = async (url: string, statement: string): Promise<void> => {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** The PostgreSQL of this test run, started now if no other test file has needed it so far. */
export const usePostgres = async (): Promise<TestPostgres> => {
  const response = await fetch(inject('postgresAddress'));
  const { url, problem } = (await response.json()) as PostgresAnswer;
  return {
    problem,
    async createDatabase() {
      if (url === null) throw new Error(`There is no PostgreSQL here: ${problem}`);
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await administer(url, `CREATE DATABASE ${name}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return {
        url: own.href,
        [Symbol.asyncDispose]: () => administer(url, `DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
  };
};
