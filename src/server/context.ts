import type { Transport } from '../core/telemetry.ts';
import type { Context } from '../schema/context.ts';
import type { BatchService } from '../services/batches/batch-service.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';
import { createLoaders } from './loaders.ts';

export interface Services {
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
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
