import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one test's own, which goes with everything in it. */
export const temporaryFolder = (): AsyncDisposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'modelgraph-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
