import type { ModelConfig, ModelDefinition, ModelLimits, ModelStatus } from '../core/model-config.ts';
import type { Catalogue } from './validate-catalogue.ts';

/** Facts that take the place of those below them. What is left out stays; of limits and sampling, each value by itself. */
export type ModelPatch = Partial<
  Omit<ModelDefinition, 'apiType' | 'limits' | 'sampling' | 'status' | 'verifiedAt' | 'source'>
> & {
  readonly limits?: Partial<ModelLimits>;
  readonly sampling?: Partial<ModelDefinition['sampling']>;
  readonly status?: ModelStatus;
};

/** What a document or a vendor says of one model. */
export interface FeedEntry {
  /** The registration name of its provider. */
  readonly provider: string;
  /** The id that is sent upstream. */
  readonly id: string;
  /** Facts about a model that is in the catalogue, and about one that is not. A replacement may be any name or none. */
  readonly facts: ModelPatch;
  /** Further facts that are needed for a model that is not in the catalogue: what is known there is more exact. */
  readonly furtherFacts: ModelPatch;
}

/** Facts from outside, in the order in which they are listed there. */
export interface CatalogueFeed {
  readonly origin: 'refreshed' | 'discovered';
  /** What its models name as their source. */
  readonly source: string;
  /** The day it was read, YYYY-MM-DD. */
  readonly day: string;
  readonly entries: readonly FeedEntry[];
}

/** What the operator says of one model. */
export interface OverlayEntry {
  /** As clients ask for it. */
  readonly name: string;
  /** The model that it is made after, by name or alias; null: it is in the catalogue already. */
  readonly like: string | null;
  /** Whether it is kept from clients: it is neither listed nor found. */
  readonly hidden: boolean;
  readonly patch: ModelPatch;
}

/** The operator's own words on the catalogue. */
export interface CatalogueOverlay {
  readonly source: string;
  /** The day it was last changed, YYYY-MM-DD. */
  readonly day: string;
  readonly entries: readonly OverlayEntry[];
  /** Aliases with the name each leads to; null: there is no such alias. */
  readonly aliases: Readonly<Record<string, string | null>>;
  /** Models for which any price that a document says is taken. */
  readonly confirmedPrices: readonly string[];
  /** Where each of its models and aliases stands in the file, by name. */
  readonly places: ReadonlyMap<string, string>;
}

/** What the catalogue is made of. Each layer has precedence over those before it, for each fact by itself. */
export interface CatalogueLayers {
  /** The models of this release, and those of the operator's file of providers. */
  readonly base: Catalogue;
  /** What servers of that file list. */
  readonly discovered: Pick<Catalogue, 'models' | 'aliases'>;
  /** The document that the catalogue is refreshed from. */
  readonly refreshed: CatalogueFeed | null;
  /** The lists of vendors, by provider. */
  readonly listed: Readonly<Record<string, CatalogueFeed>>;
  readonly overlay: CatalogueOverlay | null;
}

/** The layers put together. */
export interface MergedCatalogue extends Catalogue {
  /** Models that are kept from clients. They are among `models`, because others may name them. */
  readonly hidden: ReadonlySet<string>;
  /** Names of the overlay that wait for a model that no layer has. */
  readonly unmatched: readonly string[];
  readonly places: ReadonlyMap<string, string>;
}

export const baseLayers = (base: Catalogue): CatalogueLayers => ({
  base,
  discovered: { models: [], aliases: {} },
  refreshed: null,
  listed: {},
  overlay: null,
});

/** Every feed in the order of precedence, the weakest first. */
export const feedsOf = ({ refreshed, listed }: CatalogueLayers): readonly CatalogueFeed[] => [
  ...(refreshed === null ? [] : [refreshed]),
  ...Object.values(listed),
];

/** As names are looked up. */
export const normaliseName = (name: string): string => name.trim().toLowerCase();

/** Models by name in their order; of equal names the first. */
export const byName = (models: readonly ModelConfig[]): Map<string, ModelConfig> => {
  const found = new Map<string, ModelConfig>();
  for (const config of models) if (!found.has(config.name)) found.set(config.name, config);
  return found;
};

/** The model that a name or an alias leads to, through other aliases too; undefined where it leads to none. */
export const findByNameOrAlias = (
  name: string,
  models: ReadonlyMap<string, ModelConfig>,
  aliases: ReadonlyMap<string, string>,
): ModelConfig | undefined => {
  let at = name;
  for (let hops = 0; hops <= aliases.size && !models.has(at); hops += 1) {
    const next = aliases.get(at);
    if (next === undefined) return undefined;
    at = next;
  }
  return models.get(at);
};
