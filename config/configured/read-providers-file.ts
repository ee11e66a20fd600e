import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import type { ConfiguredProvider } from '../../src/core/configured-provider.ts';
import { ModelgraphError } from '../../src/core/errors.ts';
import type { TakenNames } from './name-problems.ts';
import { parseProviders } from './parse-providers.ts';

/**
 * The providers of a `.json` file that holds a list of them, or of a module (`.ts`, `.js`, `.mjs`) that exports it as
 * `providers`. A path that is not absolute starts from the working directory. Throws one error that names every problem
 * with the file and the place in it.
 */
export const readProvidersFile = (file: string, taken: TakenNames): readonly ConfiguredProvider[] => {
  const { value, changed } = load(file);
  const origin = { file, source: basename(file), day: changed.toISOString().slice(0, 10) };
  const { providers, problems } = parseProviders(value, origin, taken);
  if (problems.length > 0) throw unusable(problems);
  return providers;
};

const unusable = (problems: readonly string[], cause?: unknown): ModelgraphError =>
  new ModelgraphError(
    'INTERNAL',
    `The configured providers cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    { cause },
  );

const load = (file: string): { value: unknown; changed: Date } => {
  const path = resolve(file);
  const type = extname(path);
  try {
    const { mtime: changed } = statSync(path);
    if (type === '.json') return { value: JSON.parse(readFileSync(path, 'utf8')), changed };
    if (['.ts', '.js', '.mjs'].includes(type)) return { value: providersOf(path), changed };
  } catch (error) {
    throw unusable(
      [`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`],
      error,
    );
  }
  throw unusable([`${file}: must be a .json, .ts, .js or .mjs file`]);
};

/** What a module exports as `providers`. Loaded as `require` does, so that settings are whole before anything starts. */
const providersOf = (path: string): unknown => {
  const exported: unknown = createRequire(import.meta.url)(path);
  if (typeof exported !== 'object' || exported === null || !('providers' in exported))
    throw new Error('it exports no "providers"');
  return exported.providers;
};
