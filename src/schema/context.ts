import type DataLoader from 'dataloader';
import type { Batch, BatchItem } from '../core/batch.ts';
import type { BatchService } from '../services/batches/batch-service.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';
import type { Generation } from '../core/generation.ts';
import type { ProviderHealth } from '../core/provider-health.ts';

/** What a resolver may reach. One per operation, the same on every transport. */
export interface Context {
  /** Whose request it is. */
  readonly principalId: string;
  /** Aborted as soon as the client of this operation has gone. A native signal, safe to hand to `fetch`. */
  readonly signal: AbortSignal;
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
  readonly loaders: Loaders;
}

/** Batches what a list asks for item by item. A subscription keeps its loaders for its whole life. */
export interface Loaders {
  readonly providerHealth: DataLoader<string, ProviderHealth>;
  readonly generation: DataLoader<string, Generation | null>;
  readonly batch: DataLoader<string, Batch | null>;
  readonly batchItem: DataLoader<string, BatchItem | null>;
}
