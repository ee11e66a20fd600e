import { createProblem, type Problem } from '../../core/errors.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { pricingOn } from '../../core/pricing-on.ts';
import type { AccessRules, ModelRule } from '../../core/principal.ts';
import type { CatalogueSnapshot } from '../../registry/catalogue-snapshot.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';

interface ResolvedNames {
  readonly snapshot: CatalogueSnapshot;
  readonly names: ReadonlySet<string>;
}

const resolved = new WeakMap<ModelRule, ResolvedNames>();

/** The models that the names of a rule lead to, found once for each catalogue. */
const namesOf = (rule: ModelRule, wanted: readonly string[], models: ModelRegistry): ReadonlySet<string> => {
  const snapshot = models.snapshot();
  const known = resolved.get(rule);
  if (known?.snapshot === snapshot) return known.names;
  const found = wanted.map((name) => models.findResolution(name, { reasoning: false })?.config.name);
  const names = new Set(found.filter((name) => name !== undefined));
  resolved.set(rule, { snapshot, names });
  return names;
};

const allows = (
  rule: ModelRule,
  { name, provider, pricing }: ModelConfig,
  models: ModelRegistry,
): boolean => {
  const { names, providers, maxInputPricePerMillion } = rule;
  if (providers !== null && !providers.includes(provider)) return false;
  if (names !== null && !namesOf(rule, names, models).has(name)) return false;
  if (maxInputPricePerMillion === null) return true;
  return pricing !== null && pricingOn(pricing, models.today()).inputPerMillion <= maxInputPricePerMillion;
};

/** Whether a model may be used, once every alias, upstream id and counterpart on the way to it has been followed. */
export const mayUse = (
  { models: rules }: Pick<AccessRules, 'models'>,
  config: ModelConfig,
  models: ModelRegistry,
): boolean => rules === null || rules.every((rule) => allows(rule, config, models));

/** Names of the models that may be used, in catalogue order, without those that are retired; null: all of them. */
export const listUsableModels = (
  access: Pick<AccessRules, 'models'>,
  models: ModelRegistry,
): readonly string[] | null =>
  access.models === null
    ? null
    : models
        .models()
        .filter((config) => !models.isRetired(config) && mayUse(access, config, models))
        .map(({ name }) => name);

/** The problem of a request for a model that its caller may not use; undefined for any other model. */
export const findForbiddenModel = (
  access: Pick<AccessRules, 'models'>,
  config: ModelConfig,
  models: ModelRegistry,
  path: readonly string[],
): Problem | undefined => {
  if (mayUse(access, config, models)) return undefined;
  return createProblem('FORBIDDEN', path, `These credentials may not use the model "${config.name}".`, {
    allowed: listUsableModels(access, models) ?? [],
    suggestion:
      'Use one of the models that "viewer { models }" lists, or ask the operator of this server for it.',
  });
};
