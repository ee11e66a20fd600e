import { canReason, deepFreeze, type ModelConfig } from '../core/model-config.ts';
import type { Resolution, ResolutionStep } from '../core/resolution.ts';
import type { ModelNaming, TextProviderDescriptor } from '../core/text-provider.ts';
import { toModelLike } from './apply-patch.ts';
import { normaliseName } from './catalogue-layers.ts';
import { type CatalogueSnapshot, findSuccessor, toLooseName } from './catalogue-snapshot.ts';
import { createFindTemplate } from './find-template.ts';
import { isRetired, isTextModelId } from './merge-feeds.ts';

/** What resolving a name goes by, besides the catalogue. */
export interface ResolutionContext {
  /** Providers by every name that a vendor has before a slash. */
  readonly vendors: ReadonlyMap<string, string>;
  /** How vendors name their models, by provider: those of this release. */
  readonly namings: ReadonlyMap<string, ModelNaming>;
  readonly isConfigured: (provider: string) => boolean;
  /** Whether an id that the catalogue does not know is sent to its vendor. */
  readonly allowsUnknown: boolean;
}

/** Providers by every name that a vendor has before a slash. A provider's own name wins over another's word for it. */
export const toVendorWords = (descriptors: readonly TextProviderDescriptor[]): ReadonlyMap<string, string> =>
  new Map([
    ...descriptors.flatMap(({ name, naming }) =>
      (naming?.prefixes ?? []).map((prefix) => [prefix, name] as const),
    ),
    ...descriptors.map(({ name }) => [name, name] as const),
  ]);

interface Step {
  readonly config: ModelConfig;
  readonly steps: readonly ResolutionStep[];
}

/** As long as ids of models may be, and what they consist of: two dots in a row would lead elsewhere in an address. */
const UNKNOWN_ID = /^(?!.*\.\.)[A-Za-z0-9][\w.:/-]{0,127}$/;

/** By alias, name or upstream id. An alias of a retired model leads to the one that takes its place. */
const lookUp = (requested: string, snapshot: CatalogueSnapshot): Step | undefined => {
  const { aliases, models, byApiModel, day } = snapshot;
  const steps: ResolutionStep[] = [];
  let name = normaliseName(requested);
  for (let target = aliases.get(name); target !== undefined; target = aliases.get(name)) {
    steps.push({ from: name, to: target, reason: 'alias' });
    name = target;
  }
  const named = models.get(name);
  if (named !== undefined) {
    if (steps.length === 0) return { config: named, steps: [{ from: requested, to: name, reason: 'exact' }] };
    const config = findSuccessor(named, models, day);
    if (config !== named) steps.push({ from: name, to: config.name, reason: 'alias' });
    return { config, steps };
  }
  const config = byApiModel.get(name);
  if (config === undefined) return undefined;
  return { config, steps: [...steps, { from: name, to: config.name, reason: 'api-model' }] };
};

/** A name after its vendor's, among the models of that vendor alone. */
const lookUpOf = (provider: string, name: string, snapshot: CatalogueSnapshot): Step | undefined => {
  const found = lookUp(name, snapshot);
  if (found !== undefined && found.config.provider === provider)
    return { ...found, steps: found.steps.filter(({ reason }) => reason !== 'exact') };
  const config = snapshot.byLooseName.get(toLooseName(provider, name));
  return config === undefined
    ? undefined
    : { config, steps: [{ from: name, to: config.name, reason: 'api-model' }] };
};

interface Prefixed {
  readonly provider: string;
  readonly id: string;
}

/** The vendor before the slash, and the id after it: `google/models/gemini-…` names the same vendor twice. */
const splitPrefix = (requested: string, context: ResolutionContext): Prefixed | undefined => {
  const slash = requested.indexOf('/');
  if (slash < 0) return undefined;
  const provider = context.vendors.get(normaliseName(requested.slice(0, slash)));
  if (provider === undefined) return undefined;
  const id = requested.slice(slash + 1).trim();
  const further = splitPrefix(id, context);
  return further?.provider === provider ? further : { provider, id };
};

type FindTemplate = ReturnType<typeof createFindTemplate>;

const templates = new WeakMap<CatalogueSnapshot, Map<string, FindTemplate>>();

/** What finds a template among the models of a provider, made ready once for each catalogue. */
const templatesOf = (provider: string, snapshot: CatalogueSnapshot): FindTemplate => {
  const known = templates.get(snapshot) ?? new Map<string, FindTemplate>();
  templates.set(snapshot, known);
  const find =
    known.get(provider) ??
    createFindTemplate(
      [...snapshot.models.values()].filter(
        (config) => config.provider === provider && !isRetired(config, snapshot.day),
      ),
    );
  known.set(provider, find);
  return find;
};

/** A model that no source of the catalogue knows: the family's rules, no price, and an id that is taken as it is. */
const toUnknownModel = (
  provider: string,
  id: string,
  snapshot: CatalogueSnapshot,
): ModelConfig | undefined => {
  const template = templatesOf(provider, snapshot)(normaliseName(id));
  if (template === undefined) return undefined;
  const own = {
    name: normaliseName(id),
    apiModel: id,
    displayName: id,
    origin: 'unknown',
    source: `the rules of ${template.name}`,
    verifiedAt: template.verifiedAt,
  } as const;
  return deepFreeze({ ...toModelLike(template, own), pricing: null });
};

const findUnknown = (
  id: string,
  provider: string,
  snapshot: CatalogueSnapshot,
  { allowsUnknown, isConfigured, namings }: ResolutionContext,
): Step | undefined => {
  if (!allowsUnknown || !UNKNOWN_ID.test(id) || !namings.has(provider) || !isConfigured(provider))
    return undefined;
  const name = normaliseName(id);
  if (snapshot.hidden.has(toLooseName(provider, name))) return undefined;
  const config = toUnknownModel(provider, id, snapshot);
  return config === undefined
    ? undefined
    : { config, steps: [{ from: name, to: name, reason: 'unknown-allowed' }] };
};

/** The vendor one of whose families an id belongs to. */
const findVendorOf = (id: string, { namings }: ResolutionContext): string | undefined => {
  for (const [provider, naming] of namings)
    if (naming.families.length > 0 && isTextModelId(id, naming)) return provider;
  return undefined;
};

const findStep = (
  requested: string,
  snapshot: CatalogueSnapshot,
  context: ResolutionContext,
): Step | undefined => {
  const known = lookUp(requested, snapshot);
  if (known !== undefined) return known;
  const given = requested.trim();
  const prefixed = splitPrefix(given, context);
  if (prefixed === undefined) {
    const vendor = findVendorOf(given, context);
    return vendor === undefined ? undefined : findUnknown(given, vendor, snapshot, context);
  }
  const { provider, id } = prefixed;
  const name = normaliseName(id);
  const found = lookUpOf(provider, name, snapshot) ?? findUnknown(id, provider, snapshot, context);
  if (found === undefined) return undefined;
  const step = { from: normaliseName(given), to: name, reason: 'provider-prefix' } as const;
  return { config: found.config, steps: [step, ...found.steps] };
};

/**
 * The model a name leads to, with every step and its reason; undefined for an unknown name. Names, aliases and upstream ids
 * win over a vendor's name before a slash; an unknown id comes last, where it is allowed. A retired model is found.
 */
export const resolveName = (
  requested: string,
  { reasoning }: { readonly reasoning: boolean },
  snapshot: CatalogueSnapshot,
  context: ResolutionContext,
): Resolution | undefined => {
  const found = findStep(requested, snapshot, context);
  if (found === undefined) return undefined;
  let { config } = found;
  const steps = [...found.steps];
  if (reasoning && config.reasoning.type === 'counterpart') {
    const counterpart = snapshot.models.get(config.reasoning.model);
    if (counterpart !== undefined) {
      steps.push({ from: config.name, to: counterpart.name, reason: 'reasoning-counterpart' });
      config = counterpart;
    }
  }
  return { requested, config, steps, reasoning: reasoning && canReason(config) };
};
