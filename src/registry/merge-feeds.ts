import { API_FIELDS } from '../core/api-fields.ts';
import type { Modality, ModelConfig, ModelStatus, Pricing } from '../core/model-config.ts';
import { replacementOf, shutdownDateOf, statusOn } from '../core/model-status.ts';
import { pricingOn, scheduleAfter } from '../core/pricing-on.ts';
import type { ModelNaming } from '../core/text-provider.ts';
import { applyPatch, toModelLike } from './apply-patch.ts';
import { type CatalogueFeed, type FeedEntry, type ModelPatch, normaliseName } from './catalogue-layers.ts';
import { createFindTemplate } from './find-template.ts';

/** What merging goes by, besides the layers. */
export interface MergeContext {
  /** YYYY-MM-DD. */
  readonly today: string;
  /** How vendors name their models, by provider. */
  readonly namings: ReadonlyMap<string, ModelNaming>;
  /** Whether sources are asked for more models later, so that a name that no layer has may be one of theirs. */
  readonly isRefreshed: boolean;
}

/** The catalogue while it is put together. */
export interface Draft {
  /** In catalogue order. */
  readonly models: Map<string, ModelConfig>;
  readonly aliases: Map<string, string>;
  /** Names of models that feeds have added. */
  readonly added: Set<string>;
}

export const isRetired = (config: ModelConfig, day: string): boolean =>
  statusOn(config.status, day).type === 'retired';

const keyOf = (provider: string, id: string): string => `${provider} ${normaliseName(id)}`;

/** Whether an id is that of a model that writes text, by what its vendor says of the names of its models. */
export const isTextModelId = (id: string, naming: ModelNaming | undefined): boolean => {
  if (naming === undefined) return true;
  const name = normaliseName(id);
  if (naming.excluded.some((part) => name.includes(part))) return false;
  return naming.families.length === 0 || naming.families.some((family) => name.startsWith(family));
};

const isSaid = <T>(said: T | null, known: T | null): boolean => said === null || said === known;

type Rates = Omit<Pricing, 'audioInputPerMillion' | 'tiers' | 'effectiveDate' | 'schedule' | 'toolFees'>;

/** Whether a feed says of the rates what is known; of what it leaves out it says nothing. */
const areSameRates = (said: Rates, known: Rates): boolean =>
  said.inputPerMillion === known.inputPerMillion &&
  said.outputPerMillion === known.outputPerMillion &&
  isSaid(said.cacheReadPerMillion, known.cacheReadPerMillion) &&
  isSaid(said.cacheWritePerMillion, known.cacheWritePerMillion) &&
  isSaid(said.cacheWriteLongPerMillion ?? null, known.cacheWriteLongPerMillion ?? null);

const areSameRows = <T extends Rates>(
  said: readonly T[],
  known: readonly T[],
  isSameBound: (a: T, b: T) => boolean,
): boolean =>
  said.length === known.length &&
  said.every((row, index) => {
    const other = known[index];
    return other !== undefined && isSameBound(row, other) && areSameRates(row, other);
  });

/** Whether a feed says of the price of the day what is known; no tiers: it says nothing of them. */
const isSamePrice = (said: Pricing, known: Pricing): boolean =>
  areSameRates(said, known) &&
  (said.tiers.length === 0 ||
    areSameRows(said.tiers, known.tiers, (a, b) => a.aboveInputTokens === b.aboveInputTokens));

/** A feed has the price of the day: what is announced for later days stays so, unless it says something of them itself. */
const toFittingPrice = (
  { pricing, ...facts }: ModelPatch,
  known: Pricing | null,
  today: string,
): ModelPatch => {
  if (pricing === undefined || pricing === null || known === null)
    return pricing === undefined ? facts : { ...facts, pricing };
  const announced = scheduleAfter(known, today);
  const schedule = pricing.schedule === undefined ? announced : scheduleAfter(pricing, today);
  const present = pricingOn(known, today);
  if (!isSamePrice(pricing, present))
    return { ...facts, pricing: { ...pricing, schedule: pricing.schedule ?? announced } };
  if (areSameRows(schedule, announced, (a, b) => a.from === b.from)) return facts;
  return { ...facts, pricing: { ...present, schedule } };
};

/**
 * The status as it fits the catalogue: of a replacement, the model that its name leads to, or the one that was known. A
 * document's word for what has been shut down is the same as for what will be: a model that is retired stays so.
 */
const toFittingStatus = (
  status: ModelStatus,
  { models, aliases }: Draft,
  { origin }: CatalogueFeed,
  below?: ModelConfig,
): ModelStatus => {
  if (!('replacement' in status)) return status;
  const said = normaliseName(status.replacement ?? '');
  const named = models.has(said) ? said : aliases.get(said);
  const known = named !== undefined && models.has(named) ? named : null;
  const staysRetired = origin === 'refreshed' && below?.status.type === 'retired';
  return {
    type: staysRetired ? 'retired' : status.type,
    replacement: known ?? (below === undefined ? null : replacementOf(below.status)),
    shutdownDate: status.shutdownDate ?? (below === undefined ? null : shutdownDateOf(below.status)),
  };
};

/** The facts as they fit the catalogue, and the model below them if there is one. */
export const toFittingFacts = (
  given: ModelPatch,
  { draft, context, feed }: Pick<FeedMerge, 'draft' | 'context' | 'feed'>,
  below?: ModelConfig,
): ModelPatch => {
  const facts = toFittingPrice(given, below?.pricing ?? null, context.today);
  return facts.status === undefined
    ? facts
    : { ...facts, status: toFittingStatus(facts.status, draft, feed, below) };
};

interface FeedMerge {
  readonly feed: CatalogueFeed;
  readonly draft: Draft;
  readonly context: MergeContext;
  /** Models by provider and name, and by provider and upstream id. */
  readonly known: Map<string, ModelConfig>;
  readonly templates: Map<string, Template>;
}

/** What new models of one provider are made after. */
interface Template {
  readonly find: ReturnType<typeof createFindTemplate>;
  /** The day on which the oldest of its models was released; null where none is known. */
  readonly oldest: string | null;
}

const templateOf = (provider: string, { draft, context, templates }: FeedMerge): Template => {
  const known = templates.get(provider);
  if (known !== undefined) return known;
  const models = [...draft.models.values()].filter((config) => config.provider === provider);
  const dates = models.flatMap(({ releaseDate }) => (releaseDate === null ? [] : [releaseDate]));
  const template = {
    find: createFindTemplate(models.filter((config) => !isRetired(config, context.today))),
    oldest: dates.toSorted()[0] ?? null,
  };
  templates.set(provider, template);
  return template;
};

/** Media that the API of a model has a place for: a feed may name more than can be sent there. */
const toFittingModalities = (facts: ModelPatch, { apiType, media }: ModelConfig): ModelPatch => {
  const { inputModalities } = facts;
  const fits = (kind: Modality): boolean =>
    kind === 'text' || (kind !== 'video' && media[kind] !== null && API_FIELDS[apiType].media.includes(kind));
  return inputModalities === undefined ? facts : { ...facts, inputModalities: inputModalities.filter(fits) };
};

/** Adds a model that the catalogue lacks, unless it is none that could be asked for. */
const addModel = (entry: FeedEntry, merge: FeedMerge): void => {
  const { feed, draft, context, known } = merge;
  const { provider, id } = entry;
  const plainName = normaliseName(id);
  if (draft.aliases.has(plainName) || !isTextModelId(id, context.namings.get(provider))) return;
  const name = draft.models.has(plainName) ? `${provider}/${plainName}` : plainName;
  const { find, oldest } = templateOf(provider, merge);
  const template = find(id);
  if (template === undefined || draft.models.has(name)) return;
  const said = toFittingModalities({ ...entry.furtherFacts, ...entry.facts }, template);
  const facts = toFittingFacts(said, merge);
  // Older than all that the catalogue has: left out of it on purpose.
  if (oldest !== null && (facts.releaseDate ?? oldest) < oldest) return;
  const { origin, source, day } = feed;
  const own = { name, apiModel: id, displayName: id, origin, source, verifiedAt: day };
  const config = applyPatch({ ...toModelLike(template, own), pricing: null }, facts, { origin, source });
  if (isRetired(config, context.today)) return;
  const added = Object.freeze({ ...config, source });
  draft.models.set(name, added);
  draft.added.add(name);
  known.set(keyOf(provider, id), added);
};

const DATE = /^-(\d{8}|\d{4}-\d{2}-\d{2})$/;

/**
 * Models by the one dated spelling of their id that is an alias of theirs: Anthropic lists its models by no other. Of several
 * it is not known which one a model stands for.
 */
const findDatedIds = ({ models, aliases }: Draft): ReadonlyMap<string, ModelConfig> => {
  const dated = new Map<ModelConfig, string[]>();
  for (const [alias, to] of aliases) {
    const config = models.get(to);
    if (config === undefined || !alias.startsWith(to) || !DATE.test(alias.slice(to.length))) continue;
    dated.set(config, [...(dated.get(config) ?? []), alias]);
  }
  return new Map(
    [...dated].flatMap(([config, [id, ...others]]) =>
      id === undefined || others.length > 0 ? [] : [[id, config]],
    ),
  );
};

const indexModels = (feed: CatalogueFeed, draft: Draft): Map<string, ModelConfig> => {
  const known = new Map<string, ModelConfig>();
  const models = [...draft.models.values()];
  const listed = new Set(feed.entries.map(({ provider, id }) => keyOf(provider, id)));
  for (const [alias, config] of findDatedIds(draft))
    if (!listed.has(keyOf(config.provider, config.apiModel)))
      known.set(keyOf(config.provider, alias), config);
  for (const config of models.toReversed()) known.set(keyOf(config.provider, config.apiModel), config);
  for (const config of models) known.set(keyOf(config.provider, config.name), config);
  return known;
};

/** Puts what a feed says over the draft, in the order of the feed. */
export const mergeFeed = (feed: CatalogueFeed, draft: Draft, context: MergeContext): void => {
  const known = indexModels(feed, draft);
  const merge: FeedMerge = { feed, draft, context, known, templates: new Map() };
  for (const entry of feed.entries) {
    const config = known.get(keyOf(entry.provider, entry.id));
    if (config === undefined) addModel(entry, merge);
    else {
      const present = draft.models.get(config.name) ?? config;
      const said = draft.added.has(config.name)
        ? toFittingModalities({ ...entry.furtherFacts, ...entry.facts }, present)
        : entry.facts;
      const facts = toFittingFacts(said, merge, present);
      draft.models.set(config.name, applyPatch(present, facts, feed));
    }
  }
};
