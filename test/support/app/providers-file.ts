import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { withProvidersFile } from '../../../config/env.ts';
import { testSettings } from './app.ts';

/** Settings with the providers of a file of this name and content, which is gone again afterwards. */
export const readProviders = (
  name: string,
  content: string,
  environment: Readonly<Record<string, string>> = {},
): Settings => {
  const directory = mkdtempSync(join(tmpdir(), 'providers-file-'));
  try {
    const path = join(directory, name);
    writeFileSync(path, content);
    return withProvidersFile(testSettings({ providersFile: path }), environment);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** Settings with these providers, as a JSON file has them. */
export const configure = (
  entries: readonly object[],
  environment: Readonly<Record<string, string>> = {},
): Settings => readProviders('providers.json', JSON.stringify(entries), environment);

/** What is said of a file that cannot be used, a line each, without its directory. */
export const problemsOf = (name: string, content: string): readonly string[] => {
  try {
    readProviders(name, content);
  } catch (error) {
    const [title, ...lines] = (error as Error).message.split('\n');
    if (title !== 'The configured providers cannot be used:') throw error;
    return lines.map((line) => line.replaceAll(/\S*\/providers-file-[^/]+\//g, ''));
  }
  return [];
};
