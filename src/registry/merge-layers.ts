import type { ModelConfig } from '../core/model-config.ts';
import { applyPatch, toModelLike } from './apply-patch.ts';
import {
  byName,
  type CatalogueLayers,
  type CatalogueOverlay,
  feedsOf,
  type MergedCatalogue,
  normaliseName,
  type OverlayEntry,
} from './catalogue-layers.ts';
import { type Draft, type MergeContext, mergeFeed } from './merge-feeds.ts';

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
}

const placeOf = ({ overlay }: OverlayMerge, name: string): string =>
  overlay.places.get(name) ?? `${overlay.source}: "${name}"`;

const findByNameOrAlias = ({ models, aliases }: Draft, name: string): ModelConfig | undefined => {
  let at = name;
  for (let hops = 0; hops <= aliases.size && !models.has(at); hops += 1) at = aliases.get(at) ?? at;
  return models.get(at);
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
    if (said !== undefined) config = applyPatch(config, said.facts, { origin, source });
  }
  return Object.freeze({ ...applyPatch(config, entry.patch, { origin, source }), source });
};

/** Adds an entry's model. Entries may be made after one another; `open` are those that wait for theirs. */
const addLike = (
  entry: OverlayEntry,
  like: string,
  merge: OverlayMerge,
  open: Map<string, OverlayEntry>,
): void => {
  open.delete(entry.name);
  const awaited = open.get(like);
  if (awaited !== undefined && awaited.like !== null) addLike(awaited, awaited.like, merge, open);
  const { draft, problems } = merge;
  const template = findByNameOrAlias(draft, like);
  const place = placeOf(merge, entry.name);
  if (template === undefined) problems.push(`${place}.like: "${like}" is neither a model nor an alias`);
  else if (template.apiType === 'local')
    problems.push(`${place}.like: "${like}" is a script of this server, and no model can be made after it`);
  else {
    draft.aliases.delete(entry.name);
    draft.models.set(entry.name, createModel(entry, template, merge));
  }
};

const mergeEntries = (merge: OverlayMerge): { hidden: Set<string>; unmatched: string[] } => {
  const { overlay, draft } = merge;
  const open = new Map(
    overlay.entries.flatMap((entry) => (entry.like === null ? [] : [[entry.name, entry]])),
  );
  for (const entry of overlay.entries)
    if (entry.like !== null && open.has(entry.name)) addLike(entry, entry.like, merge, open);
  const hidden = new Set<string>();
  const unmatched: string[] = [];
  for (const { name, like, hidden: isHidden, patch } of overlay.entries) {
    const config = draft.models.get(name);
    if (config === undefined) {
      if (like === null) unmatched.push(name);
      continue;
    }
    if (isHidden) hidden.add(name);
    if (like === null)
      draft.models.set(name, applyPatch(config, patch, { origin: 'overlay', source: overlay.source }));
  }
  return { hidden, unmatched };
};

const mergeAliases = (merge: OverlayMerge, hidden: ReadonlySet<string>): void => {
  const { overlay, draft, problems } = merge;
  for (const [alias, to] of Object.entries(overlay.aliases)) {
    if (to === null) draft.aliases.delete(alias);
    else draft.aliases.set(alias, to);
  }
  for (const [alias, to] of Object.entries(overlay.aliases)) {
    const config = to === null ? undefined : findByNameOrAlias(draft, to);
    if (config !== undefined && hidden.has(config.name))
      problems.push(`${placeOf(merge, alias)}: leads to "${config.name}", which is hidden`);
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
  let entries: ReturnType<typeof mergeEntries> = { hidden: new Set(), unmatched: [] };
  if (overlay !== null) {
    const merge = { overlay, layers, draft, context, problems };
    entries = mergeEntries(merge);
    mergeAliases(merge, entries.hidden);
  }
  const places = new Map([...(base.places ?? []), ...(overlay?.places ?? [])]);
  const merged = {
    models: [...draft.models.values()],
    aliases: Object.fromEntries(draft.aliases),
    places,
    ...entries,
  };
  return { merged, problems };
};
