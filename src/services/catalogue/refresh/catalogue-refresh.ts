import { basename } from 'node:path';
import type { ReadOnce } from '../../../core/server-worker.ts';
import type { ListedModel } from '../../../core/text-provider.ts';
import { toUtcDay } from '../../../core/utc-day.ts';
import type { LiveCatalogue } from '../live-catalogue.ts';
import { pollRepeatedly, type Polling, type PollTiming } from '../poll-repeatedly.ts';
import type { PollTally } from '../poll-tally.ts';
import { fetchDocument } from './fetch-document.ts';
import { MOST_MODELS, readModelsDocument } from './models-document.ts';
import { toFeedEntries } from './to-feed-entries.ts';

/** A vendor that lists its models. */
export interface ListSource {
  readonly provider: string;
  readonly findModels: (signal: AbortSignal) => Promise<readonly ListedModel[]>;
}

export interface CatalogueRefreshOptions {
  readonly live: LiveCatalogue;
  /** The document; null: none. */
  readonly address: string | null;
  readonly lists: readonly ListSource[];
  /** Providers by every name a document may have for them. */
  readonly vendors: ReadonlyMap<string, string>;
  readonly timing: PollTiming;
  readonly tally: PollTally;
  readonly readOnce: ReadOnce;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An address without what may be secret in it; of a file, its name. */
export const toSource = (address: string): string => {
  if (!/^https?:/i.test(address)) return basename(address);
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
};

/** Throws for a text that is no JSON, without quoting it. */
export const parseDocument = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // What a parser says quotes the document.
    throw new Error('the document is no JSON');
  }
};

/** Why a source could not be read, for clients and logs. */
export const messageOf = (error: unknown): string => {
  // Node's message about a file quotes its whole path, which must not reach clients.
  if (error instanceof Error && 'code' in error && 'path' in error) return String(error.code);
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
};

/**
 * Asks a document and the lists of vendors for what they say of models, in the background, from the start until it is
 * stopped. Each is taken as a whole or not at all; one that fails is backed off from and keeps no other waiting.
 */
export class CatalogueRefresh {
  readonly #options: CatalogueRefreshOptions;
  readonly #stopped = new AbortController();
  /** What the document that was taken last calls its version; null: it names none, or none was taken. */
  #version: string | null = null;
  #running: readonly Polling[] = [];

  constructor(options: CatalogueRefreshOptions) {
    this.#options = options;
  }

  start(): void {
    const { address, lists, timing, tally } = this.#options;
    const polls = [
      ...(address === null ? [] : [tally.counted('document', () => this.#pollDocument(address))]),
      ...lists.map((list) => tally.counted(`list of ${list.provider}`, () => this.#pollList(list))),
    ];
    this.#running = polls.map((poll) => pollRepeatedly(poll, timing, this.#stopped.signal));
  }

  /** Asks every source again at once. */
  wake(): void {
    for (const polling of this.#running) polling.wake();
  }

  /** Closes every connection; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running.map(({ ended }) => ended));
  }

  #today(): string {
    return toUtcDay(this.#options.now());
  }

  async #pollDocument(address: string): Promise<boolean> {
    const { live, vendors, readOnce } = this.#options;
    const source = toSource(address);
    try {
      const version = this.#version;
      const document = await readOnce(`document after ${version ?? 'none'}`, () =>
        fetchDocument(address, version, this.#stopped.signal),
      );
      if (document.isUnchanged) {
        live.confirm(source);
        return true;
      }
      const day = this.#today();
      const { entries, problems } = readModelsDocument(parseDocument(document.text), { vendors, day });
      if (problems.length > 0)
        return live.refuse(
          source,
          problems.map((problem) => `${source}: ${problem}`),
        );
      const isTaken = live.takeRefreshed(source, { origin: 'refreshed', source, day, entries });
      if (isTaken) this.#version = document.version;
      return isTaken;
    } catch (error) {
      return this.#fail(source, error);
    }
  }

  async #pollList({ provider, findModels }: ListSource): Promise<boolean> {
    const source = `list of ${provider}`;
    try {
      const models = await findModels(this.#stopped.signal);
      if (models.length === 0) throw new Error('it lists no models');
      const entries = toFeedEntries(provider, models);
      if (entries.length > MOST_MODELS)
        throw new Error(`it lists ${entries.length} models, more than ${MOST_MODELS}`);
      return this.#options.live.takeListed(provider, {
        origin: 'discovered',
        source,
        day: this.#today(),
        entries,
      });
    } catch (error) {
      return this.#fail(source, error);
    }
  }

  #fail(source: string, error: unknown): boolean {
    if (this.#stopped.signal.aborted) return false;
    return this.#options.live.refuse(source, [`${source}: ${messageOf(error)}`]);
  }
}
