import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The variables of a file in the form of `.env`; none where there is no such file. Throws for one that cannot be read. */
export const readDotEnv = (path: string): Readonly<Record<string, string | undefined>> => {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
};
