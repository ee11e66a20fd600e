import type { ModelConfig } from '../../../src/core/model-config.ts';
import type { VendorName } from './batch-moments.ts';

interface BatchModel {
  readonly name: string;
  readonly vendor: VendorName;
  readonly isSplit: boolean;
}

/** Two at each vendor: one takes a batch whole, one in parts. */
export const BATCH_MODELS: readonly BatchModel[] = [
  { name: 'gpt-4o-mini', vendor: 'openai', isSplit: false },
  { name: 'claude-haiku-4-5', vendor: 'anthropic', isSplit: false },
  { name: 'gpt-4.1-mini', vendor: 'openai', isSplit: true },
  { name: 'claude-sonnet-4-5', vendor: 'anthropic', isSplit: true },
];

/** So many requests a vendor batch takes where it takes a batch in parts. */
export const ITEMS_A_PART = 600;

/** How many vendor batches there are to be for one of ours. */
export const partsOf = ({ isSplit }: BatchModel, items: number): number =>
  isSplit ? Math.ceil(items / ITEMS_A_PART) : 1;

/** A model of the catalogue as the server under test has it. */
export const withSmallParts = (config: ModelConfig): ModelConfig => {
  const isSplit = BATCH_MODELS.some((model) => model.isSplit && model.name === config.name);
  return isSplit && config.batch.type === 'native'
    ? { ...config, batch: { ...config.batch, maxRequests: ITEMS_A_PART } }
    : config;
};
