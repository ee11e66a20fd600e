import type { WorkerState } from '../core/server-worker.ts';
import type { CircuitState } from '../core/telemetry.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';

/** `no credentials`: it cannot be called; the others are states of its circuit breaker. */
export type ProviderState = 'ready' | 'no credentials' | 'circuit open' | 'circuit half-open';

/** Every part of this process with its state, without a secret and without a word of anyone's. */
export interface HealthParts {
  readonly store: {
    readonly state: 'up' | 'down';
    readonly engine: 'sqlite' | 'postgres';
    /** Changes of generations that it does not have yet. */
    readonly queuedWrites: number;
  };
  readonly catalogue: {
    /** `fixed`: nothing is read again while the server runs. */
    readonly state: 'current' | 'outdated' | 'fixed';
    readonly models: number;
    readonly problems: number;
  };
  readonly providers: Readonly<Record<string, ProviderState>>;
  readonly generations: { readonly running: number };
  /** Parts of batches that this process works on. */
  readonly batches: { readonly held: number };
  /** Of a server with several: all of them by their number, and which one this process is. */
  readonly workers?: WorkerParts;
}

export interface WorkerParts {
  readonly answering: number;
  readonly states: Readonly<Record<string, WorkerState>>;
}

export interface HealthSources {
  readonly engine: 'sqlite' | 'postgres';
  readonly isStoreUp: () => boolean;
  readonly queuedWrites: () => number;
  readonly catalogue: Pick<CatalogueService, 'providers' | 'state'>;
  readonly isCatalogueCurrent: (() => boolean) | null;
  readonly circuitStates: () => ReadonlyMap<string, CircuitState>;
  readonly running: () => number;
  readonly heldJobs: () => number;
  /** Left out: this process is the whole server. */
  readonly workers?: () => WorkerParts;
}

const toProviderState = (configured: boolean, circuit: CircuitState | undefined): ProviderState => {
  if (!configured) return 'no credentials';
  return circuit === undefined || circuit === 'closed' ? 'ready' : `circuit ${circuit}`;
};

/** Reads every part as it is now. Asks no other machine. */
export const readHealthParts = (sources: HealthSources): HealthParts => {
  const { engine, catalogue, isCatalogueCurrent, circuitStates, workers } = sources;
  const circuits = circuitStates();
  const { modelCount, problems } = catalogue.state();
  return {
    store: { state: sources.isStoreUp() ? 'up' : 'down', engine, queuedWrites: sources.queuedWrites() },
    catalogue: {
      state: isCatalogueCurrent === null ? 'fixed' : isCatalogueCurrent() ? 'current' : 'outdated',
      models: modelCount,
      problems: problems.length,
    },
    providers: Object.fromEntries(
      catalogue
        .providers()
        .map(({ name, configured }) => [name, toProviderState(configured, circuits.get(name))] as const),
    ),
    generations: { running: sources.running() },
    batches: { held: sources.heldJobs() },
    ...(workers !== undefined && { workers: workers() }),
  };
};
