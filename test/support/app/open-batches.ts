import type { GenerateInput } from '../../../src/core/generate-input.ts';
import { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { ProviderFactory } from '../../../src/registry/provider-factory.ts';
import { TextProviderRegistry } from '../../../src/registry/text-provider-registry.ts';
import { BatchService } from '../../../src/services/batches/batch-service.ts';
import { BATCH_TIMING } from '../../../src/services/batches/work/batch-timing.ts';
import { GenerationGuards } from '../../../src/services/generation-guards.ts';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { toyInput } from './toy-input.ts';
import type { ToyBatchVendor } from '../batch-vendors/toy-batch-vendor.ts';
import { NO_LIMITS } from './no-limits.ts';

export interface OpenBatches extends AsyncDisposable {
  readonly service: BatchService;
  readonly store: BatchStore;
  input(prompt: string): GenerateInput;
  countRows(table: 'batch' | 'batch_item'): Promise<number>;
  query(sql: string): Promise<readonly object[]>;
}

const ignore = (): void => {};

/** The service by itself, in memory: batches are taken in and nobody works on them. */
export const openBatches = async ({ descriptor, overrides }: ToyBatchVendor): Promise<OpenBatches> => {
  const registry = new TextProviderRegistry();
  registry.registerTextProvider(descriptor);
  const models = new ModelRegistry({ models: overrides.models ?? [], aliases: {} }, registry.descriptors());
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const providers = new ProviderFactory(registry, () => ({
    apiKey: null,
    baseUrl: null,
    connectTimeoutMs: 1_000,
    firstDeltaTimeoutMs: 1_000,
    idleTimeoutMs: 1_000,
    demoDelayMs: 0,
    log,
  }));
  const db = await openSqliteDb(null);
  const store = new BatchStore(db);
  return {
    service: new BatchService({
      models,
      providers,
      store,
      guards: new GenerationGuards({ guards: [], log }),
      log,
      timeoutMs: 1_000,
      timing: BATCH_TIMING,
      deleteSoon: () => undefined,
      unpriced: 'refuse',
      now: Date.now,
      principalLimits: NO_LIMITS.principals,
    }),
    store,
    input: toyInput,
    countRows: async (table) => {
      const [row] = await db.query<{ total: number }>(`SELECT count(*) AS total FROM ${table}`);
      return row?.total ?? 0;
    },
    query: (sql) => db.query(sql),
    [Symbol.asyncDispose]: () => db.close(),
  };
};
