import { startPostgres } from '../../test/support/databases/postgres-server.ts';

/** A PostgreSQL database that several nodes share. */
export interface SharedDatabase extends AsyncDisposable {
  readonly url: string;
}

/** The given database, or one that is started for the measurement; the reason as text if that fails. */
export const startSharedDatabase = async (givenUrl: string | null): Promise<SharedDatabase | string> => {
  if (givenUrl !== null) return { url: givenUrl, [Symbol.asyncDispose]: async () => undefined };
  try {
    const server = await startPostgres();
    return { url: server.url, [Symbol.asyncDispose]: () => server.remove() };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
