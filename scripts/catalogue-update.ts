import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MODEL_ALIASES } from '../config/aliases.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import type { ModelConfigs } from '../src/core/model-config.ts';
import { toUtcDay } from '../src/core/utc-day.ts';
import { printEntries } from './catalogue-entries.ts';
import { findReason } from './catalogue-reasons.ts';
import { compareCatalogue, isEqual, type ProviderDifferences } from './compare-catalogue.ts';
import { readDocument } from './read-document.ts';
import { findDay, readModelsFile } from './read-models-file.ts';

const USAGE = 'usage: npm run catalogue:update -- path/to/models.json [--out folder]';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Without what stands for a reason. */
const unjudged = ({ provider, missing, changed, retired }: ProviderDifferences): ProviderDifferences => {
  const isOpen = (model: string, what: string, there: string): boolean =>
    findReason({ model, what, here: '', there, harmless: false }) === undefined;
  return {
    provider,
    missing: missing.filter((id) => isOpen(id, 'missing', 'listed')),
    changed: changed
      .map(({ model, changes }) => ({
        model,
        changes: changes.filter(({ field, there }) => isOpen(model, field, there)),
      }))
      .filter(({ changes }) => changes.length > 0),
    retired: retired.filter(({ reason }) => reason === 'deprecated'),
  };
};

/** Writes a file for each provider of which a list says something new. Exit code 2: the list could not be read. */
const update = async (args: readonly string[]): Promise<number> => {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string', default: 'catalogue-update' } },
    });
    const [place] = positionals;
    if (place === undefined || positionals.length > 1) throw new Error('one file is expected');
    const text = await readDocument(place);
    const day = findDay(text) ?? toUtcDay(Date.now());
    const published = readModelsFile(text);
    const configs: Readonly<Record<string, ModelConfigs>> = MODEL_CONFIGS;
    const news = compareCatalogue(configs, MODEL_ALIASES, published, day)
      .map(unjudged)
      .filter((differences) => !isEqual(differences));
    await mkdir(values.out, { recursive: true });
    for (const differences of news) {
      const { provider } = differences;
      const path = join(values.out, `${provider}.ts`);
      const models = Object.values(configs[provider] ?? {});
      await writeFile(path, printEntries(differences, models, published.get(provider) ?? new Map(), day));
      process.stdout.write(`${path}: ${differences.missing.length} entries to review\n`);
    }
    if (news.length === 0) process.stdout.write('nothing new\n');
    return 0;
  } catch (error) {
    process.stderr.write(`catalogue:update: ${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
};

process.exitCode = await update(process.argv.slice(2));
