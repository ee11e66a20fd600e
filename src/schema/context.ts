import type DataLoader from 'dataloader';
import type { Batch, BatchItem } from '../core/batch.ts';
import type {
  BatchItemPage,
  BatchService,
  ItemName,
  ItemPageRequest,
} from '../services/batches/batch-service.ts';
import type { Principal } from '../core/principal.ts';
import type { LimitState } from '../core/rate-limit.ts';
import type { AccountService } from '../services/principals/account-service.ts';
import type { ProviderKeys } from '../core/provider-keys.ts';
import type { CatalogueService } from '../services/catalogue/catalogue-service.ts';
import type {
  GenerationList,
  GenerationListRequest,
  GenerationService,
} from '../services/generations/generation-service.ts';
import type { ServerNodeService } from '../services/nodes/server-node-service.ts';
import type { PrincipalService } from '../services/principals/principal-service.ts';
import type { Generation } from '../core/generation.ts';

/** The context of a resolver. Each operation has its own, with the same content on every transport. */
export interface Context {
  /** The principal that sent the request. */
  readonly principal: Principal;
  /** Keys for vendors that the request, or its socket, has brought. */
  readonly providerKeys: ProviderKeys;
  /** Aborted as soon as the client of this operation has disconnected. A native signal, which `fetch` accepts. */
  readonly signal: AbortSignal;
  /** Whether it came by a method that must have no effect (GET), which clients and proxies repeat as they see fit. */
  readonly isSafeRequest: boolean;
  /** Whether it came as an EventSource sends it, which connects again by itself: by GET, without a header that a script adds. */
  readonly mayBeRepeated: boolean;
  /** The id of the last event that the client of an event stream has; null where it asks for the stream from its beginning. */
  readonly lastEventId: string | null;
  readonly catalogue: CatalogueService;
  readonly generations: GenerationService;
  readonly batches: BatchService;
  readonly principals: PrincipalService;
  readonly accounts: AccountService;
  /** Every limit of a principal, as it stands. */
  readonly listRateLimits: (principal: Principal) => Promise<readonly LimitState[]>;
  readonly nodes: ServerNodeService;
  readonly loaders: Loaders;
  /** Whether clients may be told of the schema; without it no message says what a misspelt name may have meant. */
  readonly introspection: boolean;
}

/** Load what resolvers ask for one by one with one query for all of it. One set per operation; a subscription keeps its set until it ends. */
export interface Loaders {
  readonly generation: DataLoader<string, Generation | null>;
  readonly generationPage: DataLoader<GenerationListRequest, GenerationList>;
  readonly batch: DataLoader<string, Batch | null>;
  readonly batchItem: DataLoader<string, BatchItem | null>;
  readonly namedItem: DataLoader<ItemName, BatchItem | null>;
  readonly itemPage: DataLoader<ItemPageRequest, BatchItemPage>;
}
