import DataLoader from 'dataloader';
import type { Batch, BatchItem } from '../core/batch.ts';
import type { Generation } from '../core/generation.ts';
import type { ProviderHealth } from '../core/provider-health.ts';
import type { Transport } from '../core/telemetry.ts';
import type { Context } from '../schema/context.ts';
import type { BatchService } from '../services/batches/batch-service.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';
import type { ProviderHealthService } from '../services/providers/provider-health.ts';

export interface Services {
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
  readonly health: ProviderHealthService;
}

/** A GraphQL request as it came, before anything about it has been believed. */
export interface OperationParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** What a transport knows of an operation before it is executed. */
export interface OperationOrigin {
  readonly principalId: string;
  /** Aborted as soon as the client of the operation has gone. */
  readonly signal: AbortSignal;
  readonly transport: Transport;
}

/** All of them change while a subscription, and so its context, lives: nothing is remembered. */
const createLoaders = (
  { generations, batches, health }: Services,
  principalId: string,
): Context['loaders'] => ({
  providerHealth: new DataLoader<string, ProviderHealth>(
    (names) => Promise.resolve(names.map((name) => health.healthOf(name))),
    { cache: false },
  ),
  generation: new DataLoader<string, Generation | null>(
    (ids) => Promise.all(ids.map(async (id) => (await generations.findGeneration(id, principalId)) ?? null)),
    { cache: false },
  ),
  batch: new DataLoader<string, Batch | null>(
    (ids) => Promise.all(ids.map(async (id) => (await batches.findBatch(id, principalId)) ?? null)),
    { cache: false },
  ),
  batchItem: new DataLoader<string, BatchItem | null>(
    (ids) => Promise.all(ids.map(async (id) => (await batches.findItemById(id, principalId)) ?? null)),
    { cache: false },
  ),
});

/** The context of one operation, the same whichever transport it came over. */
export const createContext = (services: Services, { principalId, signal }: OperationOrigin): Context => {
  const { catalogue, generations, batches } = services;
  let loaders: Context['loaders'] | undefined;
  return {
    principalId,
    signal,
    catalogue,
    generations,
    batches,
    // Most operations need none of them.
    get loaders() {
      loaders ??= createLoaders(services, principalId);
      return loaders;
    },
  };
};
