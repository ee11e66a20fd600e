import type { CatalogueSnapshot } from './catalogue-snapshot.ts';
import { isRetired } from './merge-feeds.ts';
import { type ResolutionContext, resolveName } from './resolve-name.ts';

/** What the alias `default` leads to where neither the catalogue nor the operator's overlay has it. */
export interface DefaultOptions {
  /** The operator's choice; null: none. */
  readonly defaultModel: string | null;
  /** Providers of the operator's own file, in its order. */
  readonly ownProviders: readonly string[];
}

/** The model that needs no key. */
const LAST_RESORT = 'demo';

const isUsable = (name: string, snapshot: CatalogueSnapshot, context: ResolutionContext): boolean => {
  const resolution = resolveName(name, { reasoning: false }, snapshot, context);
  return resolution !== undefined && !isRetired(resolution.config, snapshot.day);
};

/** The operator's choice as an alias can lead to it: a model or an alias of the catalogue. undefined where it is neither. */
const findChosen = (chosen: string, snapshot: CatalogueSnapshot, context: ResolutionContext) => {
  const resolution = resolveName(chosen, { reasoning: false }, snapshot, context);
  if (resolution === undefined || isRetired(resolution.config, snapshot.day)) return undefined;
  const [first] = resolution.steps;
  const name = first?.reason === 'alias' ? first.from : resolution.config.name;
  return snapshot.models.has(name) || snapshot.aliases.has(name) ? name : undefined;
};

/**
 * The name that `default` leads to: the operator's choice, else the friendly alias of the first vendor with a key, in
 * catalogue order, else the first model of the operator's own providers, else the demo. undefined where there is none.
 */
export const findDefaultTarget = (
  snapshot: CatalogueSnapshot,
  context: ResolutionContext,
  { defaultModel, ownProviders }: DefaultOptions,
): string | undefined => {
  const chosen = defaultModel === null ? undefined : findChosen(defaultModel, snapshot, context);
  if (chosen !== undefined) return chosen;
  const models = [...snapshot.models.values()];
  for (const provider of new Set(models.map((config) => config.provider))) {
    const naming = context.namings.get(provider);
    if (naming === undefined || !context.isConfigured(provider)) continue;
    if (isUsable(naming.friendlyAlias, snapshot, context)) return naming.friendlyAlias;
  }
  const own = models.find(
    (config) =>
      ownProviders.includes(config.provider) &&
      context.isConfigured(config.provider) &&
      !isRetired(config, snapshot.day),
  );
  return own?.name ?? (snapshot.models.has(LAST_RESORT) ? LAST_RESORT : undefined);
};
