import type { Batch } from '../../../src/core/batch.ts';
import type { Generation } from '../../../src/core/generation.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import type { Cost } from '../../../src/core/usage.ts';
import { TOY_MODEL } from './toy-provider.ts';

/** A model of the toy provider. */
export const madeModel = (name = 'toy'): ModelConfig => ({
  ...TOY_MODEL,
  name,
  provider: 'toy',
  apiModel: `${name}-upstream`,
});

const config = madeModel();

/** A generation that the model `toy` has completed, with nothing in it; any field can be another. */
export const madeGeneration = (fields: Partial<Generation> = {}): Generation => ({
  id: 'gen_1',
  principalId: 'local',
  status: 'completed',
  resolution: {
    requested: config.name,
    config,
    steps: [{ from: config.name, to: config.name, reason: 'exact' }],
    reasoning: false,
  },
  text: '',
  reasoning: null,
  toolCalls: [],
  citations: [],
  output: null,
  outputViolations: [],
  turns: [],
  finishReason: 'stop',
  rawFinishReason: 'stop',
  usage: null,
  cost: null,
  warnings: [],
  error: null,
  metadata: null,
  lastSequence: 2,
  createdAt: new Date(0),
  startedAt: new Date(0),
  completedAt: new Date(0),
  firstDeltaMs: null,
  ...fields,
});

/** A cost by the price list; any field can be another. */
export const madeCost = (fields: Partial<Cost> = {}): Cost => ({
  currency: 'USD',
  total: 3,
  input: 1,
  output: 2,
  cacheRead: 0,
  cacheWrite: 0,
  toolFees: [],
  source: 'price-list',
  listTotal: null,
  serviceTier: null,
  effectiveDate: '2026-11-01',
  ...fields,
});

const NO_ITEMS = { total: 0, pending: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 };

/** A batch of a model that has completed a minute after it was submitted; any field can be another. */
export const madeBatch = (model: ModelConfig, fields: Partial<Batch> = {}): Batch => ({
  id: 'batch_1',
  principalId: 'local',
  displayName: null,
  status: 'completed',
  mode: 'native',
  config: model,
  counts: NO_ITEMS,
  storedCounts: NO_ITEMS,
  providerBatchIds: [],
  usage: null,
  cost: null,
  warnings: [],
  error: null,
  metadata: null,
  createdAt: new Date(1_000_000),
  submittedAt: null,
  completedAt: new Date(1_060_000),
  expiresAt: null,
  ...fields,
});
