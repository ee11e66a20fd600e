import type { CatalogueState } from '../../core/catalogue.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { type CatalogueChanges, isUnchanged } from '../../registry/catalogue-changes.ts';
import type { CatalogueFeed, CatalogueOverlay } from '../../registry/catalogue-layers.ts';
import { CatalogueRefused, type LayerChange, type ModelRegistry } from '../../registry/model-registry.ts';
import { findPriceProblems } from '../../registry/price-problems.ts';
import type { Catalogue } from '../../registry/validate-catalogue.ts';

/** As many names of one kind as a line of the log has. */
const MOST_NAMES = 50;

const toNames = (names: readonly string[]): readonly string[] =>
  names.length <= MOST_NAMES
    ? names
    : [...names.slice(0, MOST_NAMES), `and ${names.length - MOST_NAMES} more`];

const toLogFields = ({ added, removed, changed, aliases }: CatalogueChanges) => ({
  added: toNames(added),
  removed: toNames(removed),
  changed: toNames(changed),
  aliases: toNames(aliases),
});

/** A file by its name: where it lies is nothing for clients. An address as it is. */
const basename = (source: string): string =>
  /^https?:/i.test(source) ? source : (source.split(/[\\/]/).at(-1) ?? source);

export interface LiveCatalogueOptions {
  readonly registry: ModelRegistry;
  readonly log: ServiceLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Names of what the catalogue consists of before any source is read. */
  readonly baseSources: readonly string[];
}

/**
 * Puts what sources say into the catalogue of the running server: all of it, or nothing. What could not be taken leaves the
 * catalogue as it was, is logged once, and stays among the problems until the same source is taken.
 */
export class LiveCatalogue {
  readonly #registry: ModelRegistry;
  readonly #log: ServiceLog;
  readonly #now: () => number;
  readonly #baseSources: readonly string[];
  /** Why a source could not be taken, by its name. */
  readonly #problems = new Map<string, readonly string[]>();
  #refreshedAtMs: number | null = null;

  constructor({ registry, log, now, baseSources }: LiveCatalogueOptions) {
    this.#registry = registry;
    this.#log = log;
    this.#now = now;
    this.#baseSources = baseSources;
  }

  state(): CatalogueState {
    const { refreshed, listed, overlay } = this.#registry.layers;
    const sources = [refreshed, ...Object.values(listed), overlay];
    return {
      refreshedAtMs: this.#refreshedAtMs,
      sources: [...this.#baseSources, ...sources.flatMap((layer) => (layer === null ? [] : [layer.source]))],
      problems: [...this.#problems].flatMap(([source, problems]) =>
        problems.map((problem) => problem.replace(source, basename(source))),
      ),
    };
  }

  /** Why a source could not be taken, with the whole path of a file; empty: it was. */
  problemsOf(source: string): readonly string[] {
    return this.#problems.get(source) ?? [];
  }

  /** Whether each source was taken when it was last read. */
  isCurrent(): boolean {
    return this.#problems.size === 0;
  }

  /** Takes the operator's overlay as it has been read; null: it could not be read. Gives whether it was taken. */
  takeOverlay(source: string, overlay: CatalogueOverlay | null, problems: readonly string[]): boolean {
    if (overlay === null) return this.refuse(source, problems);
    if (problems.length > 0)
      return this.refuse(source, [...problems, ...this.#registry.findProblems({ overlay })]);
    return this.#take(source, { overlay });
  }

  /** Takes the document that the catalogue is refreshed from. Gives whether it was taken. */
  takeRefreshed(source: string, feed: CatalogueFeed): boolean {
    return this.#take(source, { refreshed: feed }, (before, after) => this.#findPriceProblems(before, after));
  }

  /** Takes the list of a vendor. Gives whether it was taken. */
  takeListed(provider: string, feed: CatalogueFeed): boolean {
    const listed = { ...this.#registry.layers.listed, [provider]: feed };
    return this.#take(feed.source, { listed });
  }

  /** Takes models that a server of the operator's file lists, and gives those that are new. */
  takeDiscovered(models: readonly ModelConfig[], aliases: Catalogue['aliases']): readonly ModelConfig[] {
    return this.#registry.add({ models, aliases });
  }

  /** A source has been read and is as it was. */
  confirm(source: string): void {
    if (this.#problems.delete(source)) this.#log.info({ source }, 'a source of the catalogue is taken again');
    this.#refreshedAtMs = this.#now();
  }

  /** A source could not be taken: the catalogue stays as it is. Gives false. */
  refuse(source: string, problems: readonly string[]): false {
    const isKnown = this.#problems.get(source)?.join('\n') === problems.join('\n');
    this.#problems.set(source, problems);
    if (!isKnown)
      this.#log.warn(
        { source, problems },
        'a source of the catalogue was refused; the catalogue stays as it is',
      );
    return false;
  }

  #take(
    source: string,
    change: LayerChange,
    inspect?: (before: Catalogue, after: Catalogue) => readonly string[],
  ): boolean {
    try {
      const changes = this.#registry.update(change, inspect);
      this.confirm(source);
      if (!isUnchanged(changes))
        this.#log.info({ source, ...toLogFields(changes) }, 'the catalogue has changed');
      return true;
    } catch (error) {
      if (!(error instanceof CatalogueRefused)) throw error;
      return this.refuse(source, error.problems);
    }
  }

  #findPriceProblems(before: Catalogue, after: Catalogue): readonly string[] {
    const confirmed = this.#registry.layers.overlay?.confirmedPrices ?? [];
    return findPriceProblems(before, after, { today: this.#registry.today(), confirmed });
  }
}
