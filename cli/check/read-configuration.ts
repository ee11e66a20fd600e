import { ConfigurationInvalid } from '../../config/configuration-invalid.ts';
import { parseSettings, withProvidersFile } from '../../config/env.ts';
import type { Environment } from '../../config/provider-settings.ts';
import type { Settings } from '../../config/settings.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { type Finding, note, ok, problem, toProblems } from './finding.ts';

const PART = 'configuration';

const variableOf = (text: string): string => text.slice(0, text.indexOf(':'));

/** `MODELGRAPH_WEBHOOK_` of `MODELGRAPH_WEBHOOK_URL`: variables that are of no use without each other. */
const groupOf = (variable: string): string => `${variable.split('_').slice(0, 2).join('_')}_`;

const without = (environment: Environment, isLeftOut: (name: string) => boolean): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !isLeftOut(name)));

interface Read<T> {
  readonly value: T;
  readonly environment: Environment;
  readonly problems: readonly string[];
}

/**
 * Reads with every variable that is no problem, so that all else can be checked as well, and gives each problem of a
 * variable that none was given of before: those that follow from a variable that was left out are none.
 */
const readTolerantly = <T>(given: Environment, read: (environment: Environment) => T): Read<T> => {
  let environment = given;
  const problems = new Map<string, string[]>();
  for (;;) {
    try {
      return { value: read(environment), environment, problems: [...problems.values()].flat() };
    } catch (error) {
      if (!(error instanceof ConfigurationInvalid)) throw error;
      const known = new Set(problems.keys());
      for (const text of error.problems) {
        const name = variableOf(text);
        if (!known.has(name)) problems.set(name, [...(problems.get(name) ?? []), text]);
      }
      const names = new Set(error.problems.map(variableOf));
      const isSet = [...names].some((name) => environment[name] !== undefined);
      const groups = [...names].map(groupOf);
      const rest = without(environment, (name) =>
        isSet ? names.has(name) : groups.some((group) => name.startsWith(group)),
      );
      if (Object.keys(rest).length === Object.keys(environment).length) throw error;
      environment = rest;
    }
  }
};

const readProviders = (settings: Settings, environment: Environment) => {
  const { providersFile: file } = settings;
  if (file === null) return { settings, findings: [], problems: [] };
  try {
    const { value, problems } = readTolerantly(environment, (rest) => withProvidersFile(settings, rest));
    const names = value.configuredProviders.map(({ name }) => name).join(', ');
    return { settings: value, findings: [ok(file, names)], problems };
  } catch (error) {
    return { settings, findings: toProblems(file, error), problems: [] };
  }
};

export interface Configuration {
  readonly settings: Settings;
  /** Variables whose values are invalid, and which the settings are without. */
  readonly refused: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * The settings of an environment, without those that are invalid, and what was found of them and of the file of providers
 * that they name.
 */
export const readConfiguration = (given: Environment): Configuration => {
  const read = readTolerantly(given, (environment) => parseSettings(environment, Object.keys(MODEL_CONFIGS)));
  const { settings, findings, problems: later } = readProviders(read.value, read.environment);
  const unknown = settings.unknownVariables.map((name) => note(PART, `${name} is unknown: is it misspelt?`));
  const problems = [...read.problems, ...later];
  const own = problems.map((text) => problem(PART, text));
  return {
    settings,
    refused: new Set(problems.map(variableOf)),
    findings: [...(own.length > 0 ? own : [ok(PART, 'every variable is valid')]), ...unknown, ...findings],
  };
};
