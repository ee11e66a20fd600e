import type { ModelConfig } from '../../core/model-config.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { pollRepeatedly, type PollTiming } from './poll-repeatedly.ts';
import type { PollTally } from './poll-tally.ts';

/** A provider that knows its models itself. */
export interface DiscoverySource {
  readonly provider: string;
  /** Its models as they are now. Throws when they cannot be had. */
  readonly findModels: (signal: AbortSignal) => Promise<readonly ModelConfig[]>;
  /** Takes those that are new and gives them. */
  readonly take: (found: readonly ModelConfig[]) => readonly ModelConfig[];
}

export type DiscoveryTiming = PollTiming;

export const DISCOVERY_TIMING: DiscoveryTiming = { refreshMs: 60_000, firstRetryMs: 1_000 };

/**
 * Polls each source for its models, in the background, from the start until it is stopped. A source that fails is logged
 * once and backed off from; it keeps no other waiting. What a source no longer lists stays.
 */
export class ModelDiscovery {
  readonly #sources: readonly DiscoverySource[];
  readonly #timing: DiscoveryTiming;
  readonly #log: ServiceLog;
  readonly #tally: PollTally;
  readonly #stopped = new AbortController();
  #running: readonly Promise<void>[] = [];

  constructor(
    sources: readonly DiscoverySource[],
    timing: DiscoveryTiming,
    log: ServiceLog,
    tally: PollTally,
  ) {
    this.#sources = sources;
    this.#timing = timing;
    this.#log = log;
    this.#tally = tally;
  }

  start(): void {
    this.#running = this.#sources.map(
      (source) =>
        pollRepeatedly(
          this.#tally.counted(`models of ${source.provider}`, (hasFailedBefore: boolean) =>
            this.#poll(source, !hasFailedBefore),
          ),
          this.#timing,
          this.#stopped.signal,
        ).ended,
    );
  }

  /** Closes every connection; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running);
  }

  /** Whether the source has answered. */
  async #poll({ provider, findModels, take }: DiscoverySource, logsFailure: boolean): Promise<boolean> {
    const { signal } = this.#stopped;
    try {
      const taken = take(await findModels(signal));
      if (taken.length > 0)
        this.#log.info({ provider, models: taken.map(({ name }) => name) }, 'models were found');
      return true;
    } catch (error) {
      if (logsFailure && !signal.aborted)
        this.#log.warn(
          { provider, err: error },
          'the models of a provider could not be listed; trying again',
        );
      return false;
    }
  }
}
