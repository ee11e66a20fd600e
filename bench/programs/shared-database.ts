import { startPostgres } from '../../test/support/databases/postgres-server.ts';

/** A PostgreSQL that several nodes share. */
export interface SharedDatabase extends AsyncDisposable {
  readonly url: string;
}

/** The one given, or one of the measurement's own; a reason in words where none can be started here. */
export const startSharedDatabase = async (givenUrl: string | null): Promise<SharedDatabase | string> => {
  if (givenUrl !== null) return { url: givenUrl, [Symbol.asyncDispose]: async () => undefined };
  try {
    const server = await startPostgres();
    return { url: server.url, [Symbol.asyncDispose]: () => server.remove() };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
