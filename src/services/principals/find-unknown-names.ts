import type { AccessPolicy } from '../../core/access-policy.ts';
import type { ModelRule } from '../../core/principal.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';

/** Each rule for models once, by the first place that has it: users of a key have the key's own among theirs. */
const placeRules = ({ keys, users, roles }: AccessPolicy): ReadonlyMap<ModelRule, string> => {
  const places = new Map<ModelRule, string>();
  const add = (rules: readonly ModelRule[] | null, place: string): void => {
    for (const rule of rules ?? []) if (!places.has(rule)) places.set(rule, place);
  };
  for (const [id, key] of keys) {
    add(key.access.models, `keys.${id}.models`);
    add(key.users.models, `keys.${id}.users.models`);
  }
  add(users.models, 'users.models');
  for (const [name, rules] of roles) add(rules.models, `roles.${name}.models`);
  return places;
};

/**
 * Names in the rules that lead to nothing, each with its place: a misspelt one would forbid what was to be allowed. Where the
 * catalogue is refreshed while the server runs, a name may lead to a model that is still to come.
 */
export const findUnknownNames = (policy: AccessPolicy, models: ModelRegistry): readonly string[] => {
  if (models.isRefreshed) return [];
  const providers = new Set(models.listProviders());
  const problems: string[] = [];
  for (const [rule, place] of placeRules(policy)) {
    for (const name of rule.providers ?? [])
      if (!providers.has(name))
        problems.push(`${place}.providers: there are no models of a provider "${name}"`);
    for (const name of rule.names ?? []) {
      if (models.findResolution(name, { reasoning: false }) !== undefined) continue;
      const near = models.nearestNames(name);
      const advice = near.length === 0 ? '' : `; the nearest names are ${near.join(', ')}`;
      problems.push(`${place}.names: there is no model "${name}"${advice}`);
    }
  }
  return problems;
};
