import type { ModelConfig, ModelStatus } from '../core/model-config.ts';
import { replacementOf } from '../core/model-status.ts';
import { applyPatch, toModelLike } from './apply-patch.ts';
import {
  byName,
  type CatalogueLayers,
  type CatalogueOverlay,
  feedsOf,
  findByNameOrAlias,
  type MergedCatalogue,
  type ModelPatch,
  normaliseName,
  type OverlayEntry,
} from './catalogue-layers.ts';
import { type Draft, type MergeContext, mergeFeed, toFittingFacts } from './merge-feeds.ts';

/** Discovered models and aliases whose names are not in use; an alias that leads to no model yet is left out. */
const mergeDiscovered = ({ discovered }: CatalogueLayers, { models, aliases }: Draft): void => {
  for (const config of discovered.models)
    if (!models.has(config.name) && !aliases.has(config.name)) models.set(config.name, config);
  for (const [alias, to] of Object.entries(discovered.aliases))
    if (!models.has(alias) && !aliases.has(alias) && models.has(to)) aliases.set(alias, to);
};

interface OverlayMerge {
  readonly overlay: CatalogueOverlay;
  readonly layers: CatalogueLayers;
  readonly draft: Draft;
  readonly context: MergeContext;
  readonly problems: string[];
  /** Names whose entries wait for a model that another source may bring. */
  readonly unmatched: string[];
}

/** A name of the overlay leads to no model: it waits for one where sources may bring it, and is a problem elsewhere. */
const noteMissing = (name: string, problem: string, merge: OverlayMerge): void => {
  if (merge.context.isRefreshed) merge.unmatched.push(name);
  else merge.problems.push(`${placeOf(merge, name)}${problem}`);
};

const placeOf = ({ overlay }: OverlayMerge, name: string): string =>
  overlay.places.get(name) ?? `${overlay.source}: "${name}"`;

/** The facts of an entry; a replacement that no layer has waits for its model. */
const toKnownPatch = ({ name, patch }: OverlayEntry, merge: OverlayMerge): ModelPatch => {
  const replacement = patch.status === undefined ? null : replacementOf(patch.status);
  if (replacement === null || !merge.context.isRefreshed || merge.draft.models.has(replacement)) return patch;
  merge.unmatched.push(name);
  return { ...patch, status: { ...patch.status, replacement: null } as ModelStatus };
};

/** The model that an entry adds: its template's facts, those that feeds have of its id, and its own. */
const createModel = (entry: OverlayEntry, template: ModelConfig, merge: OverlayMerge): ModelConfig => {
  const { source, day } = merge.overlay;
  const origin = 'overlay';
  const { name } = entry;
  const apiModel = entry.patch.apiModel ?? name;
  const own = { name, apiModel, displayName: name, origin, source, verifiedAt: day } as const;
  let config = toModelLike(template, own);
  const id = normaliseName(apiModel);
  for (const feed of feedsOf(merge.layers)) {
    const said = feed.entries.find(
      (one) => one.provider === template.provider && normaliseName(one.id) === id,
    );
    if (said !== undefined)
      config = applyPatch(config, toFittingFacts(said.facts, { ...merge, feed }, config), { origin, source });
  }
  return Object.freeze({ ...applyPatch(config, toKnownPatch(entry, merge), { origin, source }), source });
};

/** Where the overlay's own aliases lead a name: to a model, or to a name from which the aliases below lead on. */
const followOwnAliases = (name: string, { aliases }: CatalogueOverlay): string => {
  const seen = new Set<string>();
  let at = name;
  while (!seen.has(at)) {
    seen.add(at);
    at = (Object.hasOwn(aliases, at) ? aliases[at] : null) ?? at;
  }
  return at;
};

/** Adds an entry's model. Entries may be made after one another; `open` are those that wait for theirs. */
const addLike = (
  entry: OverlayEntry,
  like: string,
  merge: OverlayMerge,
  open: Map<string, OverlayEntry>,
): void => {
  open.delete(entry.name);
  const target = followOwnAliases(like, merge.overlay);
  const awaited = open.get(target);
  if (awaited !== undefined && awaited.like !== null) addLike(awaited, awaited.like, merge, open);
  const { draft, problems } = merge;
  const template = findByNameOrAlias(target, draft.models, draft.aliases);
  if (template === undefined)
    noteMissing(entry.name, `.like: "${like}" is neither a model nor an alias`, merge);
  else if (template.apiType === 'local')
    problems.push(
      `${placeOf(merge, entry.name)}.like: "${like}" is a script of this server, and no model can be made after it`,
    );
  else {
    draft.aliases.delete(entry.name);
    draft.models.set(entry.name, createModel(entry, template, merge));
  }
};

const patchModel = (entry: OverlayEntry, merge: OverlayMerge): void => {
  const { overlay, draft } = merge;
  const { name } = entry;
  const config = draft.models.get(name);
  if (config === undefined) {
    const advice = 'to add it, name in "like" the model it is made after';
    noteMissing(name, `: there is no model "${name}": ${advice}`, merge);
    return;
  }
  const layer = { origin: 'overlay', source: overlay.source } as const;
  draft.models.set(name, applyPatch(config, toKnownPatch(entry, merge), layer));
};

/** Puts the overlay's models into the draft, changed ones first, and gives the names of those that are hidden. */
const mergeEntries = (merge: OverlayMerge): ReadonlySet<string> => {
  const { overlay, draft } = merge;
  for (const entry of overlay.entries) if (entry.like === null) patchModel(entry, merge);
  const open = new Map(
    overlay.entries.flatMap((entry) => (entry.like === null ? [] : [[entry.name, entry]])),
  );
  for (const entry of overlay.entries)
    if (entry.like !== null && open.has(entry.name)) addLike(entry, entry.like, merge, open);
  return new Set(
    overlay.entries.flatMap(({ name, hidden }) => (hidden && draft.models.has(name) ? [name] : [])),
  );
};

const mergeAliases = (merge: OverlayMerge, hidden: ReadonlySet<string>): void => {
  const { overlay, draft, problems, context } = merge;
  const below = new Map(draft.aliases);
  const ownModels = new Set(overlay.entries.map(({ name }) => name));
  const released = new Set(merge.layers.base.models.map(({ name }) => name));
  for (const [alias, to] of Object.entries(overlay.aliases)) {
    if (to === null) draft.aliases.delete(alias);
    else {
      // A name that the operator leads elsewhere is that of no model which another source brings.
      if (!ownModels.has(alias) && !released.has(alias) && alias !== to) draft.models.delete(alias);
      draft.aliases.set(alias, to);
    }
  }
  for (const [alias, to] of Object.entries(overlay.aliases)) {
    if (to === null) continue;
    const config = findByNameOrAlias(to, draft.models, draft.aliases);
    if (config !== undefined) {
      if (hidden.has(config.name))
        problems.push(`${placeOf(merge, alias)}: leads to "${config.name}", which is hidden`);
    } else if (context.isRefreshed && !draft.aliases.has(to)) {
      merge.unmatched.push(alias);
      const earlier = below.get(alias);
      if (earlier === undefined) draft.aliases.delete(alias);
      else draft.aliases.set(alias, earlier);
    }
  }
};

/** The layers as one catalogue, and what is wrong with the overlay beside the layers below it. */
export const mergeLayers = (
  layers: CatalogueLayers,
  context: MergeContext,
): { readonly merged: MergedCatalogue; readonly problems: readonly string[] } => {
  const { base, overlay } = layers;
  const draft: Draft = {
    models: byName(base.models),
    aliases: new Map(
      Object.entries(base.aliases).map(([from, to]) => [normaliseName(from), normaliseName(to)]),
    ),
    added: new Set(),
  };
  mergeDiscovered(layers, draft);
  for (const feed of feedsOf(layers)) mergeFeed(feed, draft, context);
  const problems: string[] = [];
  const unmatched: string[] = [];
  let hidden: ReadonlySet<string> = new Set();
  if (overlay !== null) {
    const merge = { overlay, layers, draft, context, problems, unmatched };
    hidden = mergeEntries(merge);
    mergeAliases(merge, hidden);
  }
  const places = new Map([...(base.places ?? []), ...(overlay?.places ?? [])]);
  const merged = {
    models: [...draft.models.values()],
    aliases: Object.fromEntries(draft.aliases),
    places,
    hidden,
    unmatched,
  };
  return { merged, problems };
};
