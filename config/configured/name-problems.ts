import { z } from 'zod';
import { toModelName } from './to-model-definition.ts';
import type { Path } from './to-place.ts';

/** The names of the built-in catalogue. */
export interface TakenNames {
  readonly providers: readonly string[];
  /** Models with the provider that has them. */
  readonly models: ReadonlyMap<string, string>;
  readonly aliases: readonly string[];
}

interface NameProblem {
  readonly path: Path;
  readonly message: string;
}

/** As much of an entry as names need, whatever else is wrong with it. */
const NAMES = z
  .object({
    name: z.string().catch(''),
    models: z.record(z.string(), z.unknown()).optional().catch({}),
    discover: z.unknown().optional(),
    aliases: z.record(z.string(), z.string().catch('')).catch({}),
  })
  .catch({ name: '', models: {}, discover: undefined, aliases: {} });

const LABELS = z.object({ apiModel: z.string().optional() }).catch({});

type Names = z.output<typeof NAMES>;

/** Everything wrong with the names of a file's entries, among themselves and beside the built-in ones. */
export function* findNameProblems(entries: readonly unknown[], taken: TakenNames): Generator<NameProblem> {
  const all = entries.map((entry) => NAMES.parse(entry));
  yield* providerProblems(all, taken);
  const owners = new Map<string, string>([
    ...taken.aliases.map((alias) => [alias, 'a built-in alias'] as const),
    ...[...taken.models].map(([model, provider]) => [model, `the provider "${provider}"`] as const),
  ]);
  const discovering = all.filter(({ discover }) => discover !== undefined).map(({ name }) => name);
  /** Takes a name for the path; gives what speaks against it. */
  const claim = (name: string, owner: string): string | undefined => {
    if (name === '') return 'the name must not be empty';
    const lister = discovering.find((provider) => name.startsWith(`${provider}/`));
    if (lister !== undefined)
      return `the name "${name}" is kept for what "${lister}" lists: names that begin with "${lister}/" are its models`;
    const known = owners.get(name);
    if (known !== undefined) return `the name "${name}" is taken by ${known}`;
    owners.set(name, owner);
    return undefined;
  };
  for (const [index, entry] of all.entries()) {
    for (const [written, model] of Object.entries(entry.models ?? {})) {
      const name = toModelName(written);
      const isTaken = owners.has(name);
      const refusal = claim(name, `the provider "${entry.name}"`);
      if (refusal === undefined) continue;
      const remedy = isTaken
        ? `: name it "${entry.name}-${name}" and give it ${toApiModel(written, model)}`
        : '';
      yield { path: [index, 'models', written], message: `${refusal}${remedy}` };
    }
  }
  for (const [index, entry] of all.entries()) {
    for (const [written, target] of Object.entries(entry.aliases)) {
      const path = [index, 'aliases', written];
      const refusal = claim(toModelName(written), `an alias of "${entry.name}"`);
      if (refusal !== undefined) yield { path, message: refusal };
      if (entry.discover !== undefined && !toModelName(target).startsWith(`${entry.name}/`))
        yield { path, message: `must lead to a model that the server lists, "${entry.name}/" and its id` };
    }
  }
}

function* providerProblems(all: readonly Names[], taken: TakenNames): Generator<NameProblem> {
  for (const [index, { name, models, discover }] of all.entries()) {
    if (taken.providers.includes(name))
      yield { path: [index, 'name'], message: `"${name}" is a built-in provider: choose another name` };
    const first = all.findIndex((other) => other.name === name);
    if (name !== '' && first !== index)
      yield { path: [index, 'name'], message: `"${name}" is the name of [${first}] already` };
    if (models !== undefined && discover !== undefined)
      yield { path: [index, 'discover'], message: 'give either models or discover, not both' };
    if (models === undefined && discover === undefined)
      yield { path: [index], message: 'gives neither models nor "discover": true' };
  }
}

/** What keeps the upstream id when a model is named otherwise. */
const toApiModel = (written: string, model: unknown): string => {
  const { apiModel } = LABELS.parse(model);
  return `"apiModel": ${JSON.stringify(apiModel ?? written)}`;
};
