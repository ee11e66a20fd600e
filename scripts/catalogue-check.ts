import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MODEL_ALIASES } from '../config/aliases.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { compareCatalogue, isEqual, printDifferences } from './compare-catalogue.ts';
import { readModelsFile } from './read-models-file.ts';

const USAGE = 'usage: npm run catalogue:check -- path/to/models.json';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Exit code 0: the file agrees with the catalogue; 1: it does not; 2: it could not be compared. */
const check = (args: readonly string[]): number => {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new Error('one file is expected');
    const differences = compareCatalogue(
      MODEL_CONFIGS,
      MODEL_ALIASES,
      readModelsFile(readFileSync(path, 'utf8')),
    );
    if (differences.length === 0) throw new Error(`${path}: names no provider of this catalogue`);
    process.stdout.write(`${printDifferences(differences)}\n`);
    return differences.every(isEqual) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`catalogue:check: ${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
};

process.exitCode = check(process.argv.slice(2));
