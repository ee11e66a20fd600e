import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** Where test files ask for the run's PostgreSQL. */
export interface PostgresAnswer {
  readonly url: string | null;
  /** Why there is none on this machine. */
  readonly problem: string | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgresAddress: string;
  }
}

/**
 * One PostgreSQL for the whole run, started when the first test file asks for it: a run that needs none starts none.
 * Vitest calls it before the first test and what it gives after the last.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  let starting: Promise<PostgresServer> | undefined;
  const answer = async (): Promise<PostgresAnswer> => {
    try {
      starting ??= startPostgres();
      return { url: (await starting).url, problem: null };
    } catch (error) {
      return { url: null, problem: error instanceof Error ? error.message : String(error) };
    }
  };
  const broker = createServer((_request, response) => {
    void answer().then((body) => response.end(JSON.stringify(body)));
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  project.provide('postgresAddress', `http://127.0.0.1:${(broker.address() as AddressInfo).port}/`);
  return async () => {
    broker.close();
    broker.closeAllConnections();
    const server = await starting?.catch(() => undefined);
    await server?.remove();
  };
};
