import type DataLoader from 'dataloader';
import type { Batch, BatchItem } from '../core/batch.ts';
import type {
  BatchItemPage,
  BatchService,
  ItemName,
  ItemPageRequest,
} from '../services/batches/batch-service.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';
import type { Generation } from '../core/generation.ts';

/** What a resolver may reach. One per operation, the same on every transport. */
export interface Context {
  /** The caller of the operation. */
  readonly principalId: string;
  /** Aborted as soon as the client of this operation has gone. A native signal, safe to hand to `fetch`. */
  readonly signal: AbortSignal;
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
  readonly loaders: Loaders;
}

/** Load what resolvers ask for one by one with one query for all of them. */
export interface Loaders {
  readonly generation: DataLoader<string, Generation | null>;
  readonly batch: DataLoader<string, Batch | null>;
  readonly batchItem: DataLoader<string, BatchItem | null>;
  readonly namedItem: DataLoader<ItemName, BatchItem | null>;
  readonly itemPage: DataLoader<ItemPageRequest, BatchItemPage>;
}
