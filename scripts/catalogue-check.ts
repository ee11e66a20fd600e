import { parseArgs } from 'node:util';
import { MODEL_ALIASES } from '../config/aliases.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { toUtcDay } from '../src/core/utc-day.ts';
import { findReason } from './catalogue-reasons.ts';
import { compareCatalogue, type Difference, printDifferences, toDifferences } from './compare-catalogue.ts';
import { readDocument } from './read-document.ts';
import { findDay, readModelsFile } from './read-models-file.ts';

const USAGE = 'usage: npm run catalogue:check -- path/to/models.json';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lines on the differences that stand for a reason; none where there are none. */
const printReasons = (harmful: readonly Difference[]): readonly string[] => {
  const reasons = Map.groupBy(harmful, (difference) => findReason(difference) ?? '');
  const unjudged = reasons.get('')?.length ?? 0;
  reasons.delete('');
  if (reasons.size === 0) return [];
  const judged = harmful.length - unjudged;
  return [
    ...[...reasons].map(
      ([because, differences]) =>
        `stands: ${differences.map(({ model, what }) => `${model} (${what})`).join(', ')}: ${because}`,
    ),
    `${unjudged} harmful differences, and ${judged} that stand for a reason`,
  ];
};

/** Exit code 0: nothing does harm that has no reason; 1: something does; 2: the two could not be compared. */
const check = async (args: readonly string[]): Promise<number> => {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const [place] = positionals;
    if (place === undefined || positionals.length > 1) throw new Error('one file is expected');
    const text = await readDocument(place);
    const day = findDay(text) ?? toUtcDay(Date.now());
    const differences = compareCatalogue(MODEL_CONFIGS, MODEL_ALIASES, readModelsFile(text), day);
    if (differences.length === 0) throw new Error(`${place}: names no provider of this catalogue`);
    const harmful = differences.flatMap(toDifferences).filter(({ harmless }) => !harmless);
    process.stdout.write(`${[printDifferences(differences), ...printReasons(harmful)].join('\n')}\n`);
    return harmful.every((difference) => findReason(difference) !== undefined) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`catalogue:check: ${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
};

process.exitCode = await check(process.argv.slice(2));
