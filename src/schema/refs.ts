import type { Batch, BatchItem } from '../core/batch.ts';
import type { CatalogueModel, CatalogueProvider } from '../core/catalogue.ts';
import type { Generation } from '../core/generation.ts';
import { builder } from './builder.ts';

/** References to types that refer to each other, so that each can be defined in a file of its own. */
export const ModelType = builder.objectRef<CatalogueModel>('Model');
export const ProviderType = builder.objectRef<CatalogueProvider>('Provider');
export const GenerationType = builder.objectRef<Generation>('Generation');
export const BatchType = builder.objectRef<Batch>('Batch');
export const BatchItemType = builder.objectRef<BatchItem>('BatchItem');
