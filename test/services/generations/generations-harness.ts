import { toKeyPrincipal } from '../../../src/core/principal.ts';
import type { GenerateInput } from '../../../src/core/generate-input.ts';
import { NO_TELEMETRY } from '../../../src/core/telemetry.ts';
import type { ServiceLog } from '../../../src/core/service-log.ts';
import { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { ProviderFactory } from '../../../src/registry/provider-factory.ts';
import { TextProviderRegistry } from '../../../src/registry/text-provider-registry.ts';
import {
  createGenerations,
  type Generations,
  type GenerationsOptions,
} from '../../../src/services/generations/create-generations.ts';
import { OutputChecker } from '../../../src/services/output/output-checker.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { NodeCommands } from '../../../src/stores/nodes/node-commands.ts';
import { NodeLeases } from '../../../src/stores/nodes/node-leases.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import type { StoreOptions } from '../../../src/stores/generations/store-options.ts';
import { type Toy, toyModels } from '../../support/app/toy-provider.ts';
import { toyInput } from '../../support/app/toy-input.ts';
import { NO_LIMITS } from '../../support/app/no-limits.ts';

export const STORE_OPTIONS: StoreOptions = {
  nodeId: 'here',
  eventRetentionMs: 900_000,
  retentionMs: 86_400_000,
};

export interface TestGenerations extends Generations, AsyncDisposable {
  readonly db: Db;
  /** The store as another node has it. */
  readonly there: GenerationStore;
  readonly warnings: readonly string[];
}

const functionTool = {
  type: 'function',
  name: 'weather',
  description: null,
  parameters: { type: 'object' },
  strict: null,
} as const;

/** A request for the toy, which may call a tool. */
export const inputOf = (changes: Partial<GenerateInput> = {}): GenerateInput => ({
  ...toyInput('Hi'),
  tools: [functionTool],
  ...changes,
});

/** The one that asks in these tests. */
export const SOMEBODY = toKeyPrincipal('somebody');

export const callerOf = (idempotencyKey: string | null = null) => ({
  principal: SOMEBODY,
  idempotencyKey,
});

/** The services of one node without a door, on a database in memory and, where a test gives one, a store of its own. */
export const openGenerations = async (
  toy: Toy,
  {
    createStore = (db) => new GenerationStore(db, STORE_OPTIONS),
    createCommands = (db) => new NodeCommands(db, STORE_OPTIONS.nodeId),
    ...changes
  }: Partial<GenerationsOptions> & {
    readonly createStore?: (db: Db) => GenerationStore;
    readonly createCommands?: (db: Db) => NodeCommands;
  } = {},
): Promise<TestGenerations> => {
  const registry = new TextProviderRegistry();
  registry.registerTextProvider(toy.descriptor);
  const db = await openSqliteDb(null);
  const warnings: string[] = [];
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const log: ServiceLog = { debug() {}, info() {}, warn, error: warn };
  const providers = new ProviderFactory(registry, () => ({
    apiKey: null,
    baseUrl: null,
    connectTimeoutMs: 1_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    demoDelayMs: 0,
    log,
  }));
  const generations = createGenerations({
    models: new ModelRegistry(
      { models: toyModels({ toy: { functionCalling: true } }), aliases: {}, places: new Map() },
      registry.descriptors(),
    ),
    providers,
    health: new ProviderHealthService({ failures: 0 }),
    store: createStore(db),
    leases: new NodeLeases(db, STORE_OPTIONS.nodeId),
    commands: createCommands(db),
    fetchMedia: () => Promise.reject(new Error('nothing is fetched')),
    log,
    outputs: new OutputChecker(),
    providerKeys: 'off',
    telemetry: NO_TELEMETRY,
    guards: [],
    cache: { maxFinished: 100, maxSize: 1_000_000, maxAgeMs: 60_000 },
    timing: { flushMs: 5, leaseMs: 60_000, pollMs: 10, answerMs: 5_000 },
    timeoutMs: 60_000,
    maxAttempts: 1,
    maxRetryWaitMs: 1_000,
    disconnectGraceMs: 0,
    isShared: false,
    coalesceMs: 0,
    unpriced: 'refuse',
    now: Date.now,
    principalLimits: NO_LIMITS.principals,
    onLapsed: () => undefined,
    deleteOld: () => Promise.resolve(false),
    ...changes,
  });
  await generations.start();
  return {
    ...generations,
    db,
    there: new GenerationStore(db, { ...STORE_OPTIONS, nodeId: 'there' }),
    warnings,
    [Symbol.asyncDispose]: async () => {
      await generations.stop(0);
      await db.close();
    },
  };
};
