import type { IncomingMessage, ServerResponse } from 'node:http';
import DataLoader from 'dataloader';
import type { Batch, BatchItem } from '../core/batch.ts';
import type { Generation } from '../core/generation.ts';
import type { ProviderHealth } from '../core/provider-health.ts';
import type { Transport } from '../core/telemetry.ts';
import type { Context, Loaders } from '../schema/context.ts';
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

/** What a transport knows of an operation before it is executed. */
export interface OperationOrigin {
  readonly principalId: string;
  /** Aborted as soon as the client of the operation has gone. A native signal, safe to hand to `fetch`. */
  readonly signal: AbortSignal;
  readonly transport: Transport;
}

/** A request over HTTP, as Node's server gives it; plugins add what they find out about it. */
export interface HttpContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Aborted when the client leaves before its answer is complete. */
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  readonly transport: Exclude<Transport, 'websocket'>;
  /** Set by authentication; the request of a principal that is not known never gets further. */
  principalId?: string;
}

/** Batches what one answer asks for in many places. All of it changes while a subscription lives: nothing is remembered. */
const createLoaders = ({ generations, batches, health }: Services, principalId: string): Loaders => {
  const loaders: Partial<{ -readonly [name in keyof Loaders]: Loaders[name] }> = {};
  return {
    get providerHealth() {
      return (loaders.providerHealth ??= new DataLoader<string, ProviderHealth>(
        (names) => Promise.resolve(names.map((name) => health.healthOf(name))),
        { cache: false },
      ));
    },
    get generation() {
      return (loaders.generation ??= new DataLoader<string, Generation | null>(
        (ids) =>
          Promise.all(ids.map(async (id) => (await generations.findGeneration(id, principalId)) ?? null)),
        { cache: false },
      ));
    },
    get batch() {
      return (loaders.batch ??= new DataLoader<string, Batch | null>(
        (ids) => Promise.all(ids.map(async (id) => (await batches.findBatch(id, principalId)) ?? null)),
        { cache: false },
      ));
    },
    get batchItem() {
      return (loaders.batchItem ??= new DataLoader<string, BatchItem | null>(
        (ids) => Promise.all(ids.map(async (id) => (await batches.findItemById(id, principalId)) ?? null)),
        { cache: false },
      ));
    },
  };
};

/** What resolvers find in the context beside what the transport has put there; the same on every transport. */
export const createContext =
  (services: Services) =>
  ({
    principalId,
  }: Partial<OperationOrigin>): Pick<Context, 'catalogue' | 'generations' | 'batches' | 'loaders'> => {
    if (principalId === undefined) throw new TypeError('an operation came before its principal was known');
    return {
      catalogue: services.catalogue,
      generations: services.generations,
      batches: services.batches,
      loaders: createLoaders(services, principalId),
    };
  };
