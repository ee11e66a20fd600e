import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModelgraphError } from '../core/errors.ts';
import { isRecord } from '../lib/is-record.ts';
import { PLUGIN_HOOKS, type ServerPlugin } from './plugin.ts';

const unusable = (problems: readonly string[], cause?: unknown): ModelgraphError =>
  new ModelgraphError(
    'INTERNAL',
    `The plugins of MODELGRAPH_PLUGINS cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    { cause },
  );

/** A path starts from the working directory, as does the search for a package. */
const toUrl = (specifier: string): string => {
  const isPath = /^([./\\]|[a-z]:)|\.[cm]?[jt]s$/i.test(specifier);
  const path = isPath ? resolve(specifier) : createRequire(resolve('package.json')).resolve(specifier);
  return pathToFileURL(path).href;
};

const findProblem = (plugin: unknown, index: number): string | undefined => {
  const place = `plugin ${index + 1}`;
  if (!isRecord(plugin)) return `${place} is no object with hooks`;
  const hooks = Object.keys(plugin).filter((name) => PLUGIN_HOOKS.has(name));
  const misspelt = Object.keys(plugin).filter(
    (name) => /^(on|before|after)[A-Z]/.test(name) && !PLUGIN_HOOKS.has(name),
  );
  if (misspelt.length > 0) return `${place} has hooks that do not exist: ${misspelt.join(', ')}`;
  return hooks.length > 0 ? undefined : `${place} has no hook`;
};

/**
 * The plugins that a module exports as `plugins`, in their order. Rejects with one error that names every problem: a
 * module that cannot be loaded, something that is no list of plugins, a hook that does not exist.
 */
export const loadPlugins = async (specifier: string): Promise<readonly ServerPlugin[]> => {
  let exported: unknown;
  try {
    exported = await import(toUrl(specifier));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable([`${specifier}: cannot be loaded: ${reason}`], error);
  }
  const plugins: unknown = isRecord(exported) ? exported['plugins'] : undefined;
  if (!Array.isArray(plugins)) throw unusable([`${specifier}: must export a list named "plugins"`]);
  const problems = plugins.flatMap((plugin, index) => findProblem(plugin, index) ?? []);
  if (problems.length > 0) throw unusable(problems.map((problem) => `${specifier}: ${problem}`));
  return plugins as readonly ServerPlugin[];
};
