import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import type { GenerationGuard } from './core/generation-guard.ts';
import { hideSecrets } from './core/secrets.ts';
import type { ServiceLog } from './core/service-log.ts';
import { type CatalogueLayer, type CatalogueOverrides, createCatalogueLayer } from './create-catalogue.ts';
import { createTelemetryLayer } from './create-telemetry.ts';
import {
  createTransports,
  loadSteps,
  type Served,
  type Steps,
  type TransportOverrides,
} from './create-transports.ts';
import { createRateLimitLayer, type RateLimitLayer } from './create-rate-limits.ts';
import { createWebhooks } from './create-webhooks.ts';
import { sweepTemporaryFolders } from './lib/sweep-temporary-folders.ts';
import {
  type AccessLayer,
  createAccessLayer,
  createPrincipalLayer,
  type PrincipalLayer,
  type PrincipalOverrides,
} from './create-principals.ts';
import { createAvailability, STORE_TOLERANCE_MS } from './server/health.ts';
import { type HealthParts, readHealthParts } from './server/health-parts.ts';
import { closeTransports, type Transports } from './server/close-transports.ts';
import { listen } from './server/listen.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { createSafeLog } from './telemetry/safe-log.ts';
import { GRAPHQL_PATH } from './server/paths.ts';
import { catchDefects } from './services/catch-defects.ts';
import { fetchMedia } from './services/media/fetch-media.ts';
import { BATCH_TIMING, type BatchTiming } from './services/batches/work/batch-timing.ts';
import { type Batches, createBatches } from './services/batches/create-batches.ts';
import {
  createGenerations,
  GENERATION_TIMING,
  type Generations,
  type GenerationTiming,
} from './services/generations/create-generations.ts';
import { CACHE_LIMITS } from './services/generations/generation-cache.ts';
import { AccountService } from './services/principals/account-service.ts';
import { ServerNodeService } from './services/nodes/server-node-service.ts';
import { OutputChecker } from './services/output/output-checker.ts';
import type { FetchMedia } from './services/media/resolve-media.ts';
import type { Webhooks, WebhookTiming } from './services/webhooks/webhooks.ts';
import { BatchItemStore } from './stores/batches/batch-item-store.ts';
import { BatchJobStore } from './stores/batches/batch-job-store.ts';
import { BatchStore } from './stores/batches/batch-store.ts';
import type { Db } from './stores/db/db.ts';
import { GenerationStore } from './stores/generations/generation-store.ts';
import { openDb } from './stores/db/open-db.ts';
import { AccountStore } from './stores/principals/account-store.ts';
import { NodeCommands } from './stores/nodes/node-commands.ts';
import { NodeLeases } from './stores/nodes/node-leases.ts';
import { findServerNodes } from './stores/nodes/server-nodes.ts';
import { warnOfSettings } from './warn-of-settings.ts';
import type { WorkerPeers } from './workers/worker-link.ts';

/** Parts of the application that can be replaced: how tests bring their own catalogue, providers and limits. */
export interface AppOverrides extends CatalogueOverrides, PrincipalOverrides, TransportOverrides {
  readonly fetchMedia?: FetchMedia;
  readonly timing?: Partial<GenerationTiming>;
  readonly batchTiming?: Partial<BatchTiming>;
  readonly webhookTiming?: Partial<WebhookTiming>;
  readonly guards?: readonly GenerationGuard[];
  /** The other workers of the server that this process is one of; left out: it is the whole server. */
  readonly worker?: WorkerPeers;
  /** In place of the database of the settings. */
  readonly openDb?: (settings: Settings, log: ServiceLog) => Promise<Db>;
}

/** What the application consists of as it is now. */
export interface AppDescription {
  /** By name. `missing`: the variable without whose key the provider cannot be called; null: it can be. */
  readonly providers: readonly { readonly name: string; readonly missing: string | null }[];
  /** How many models the catalogue has. */
  readonly models: number;
  /** What the alias `default` leads to; null: to none. */
  readonly defaultModel: string | null;
}

export interface App {
  /**
   * Opens the port and resolves with the address of the API, which a browser on this machine can open. Where that fails,
   * nothing is left open.
   */
  listen(): Promise<string>;
  describe(): AppDescription;
  /**
   * Takes no new work, lets running generations end for the grace period, ends the rest with a terminal event, and
   * closes every socket. Resolves when nothing is open.
   */
  close(): Promise<void>;
  /**
   * Reads the sources of the catalogue, the rules for access and the trusted documents at once. Resolves once the
   * operator's files were taken, or refused.
   */
  reload(): Promise<void>;
}

interface ServiceLayer {
  readonly generations: Generations;
  readonly batches: Batches;
  readonly webhooks: Webhooks | null;
  readonly accounts: AccountService;
  readonly metrics: Metrics;
  readonly outputs: OutputChecker;
  readonly principals: PrincipalLayer;
  readonly rateLimits: RateLimitLayer;
  readonly nodes: ServerNodeService;
  readonly readParts: () => HealthParts;
}

const createPartsReader =
  (
    { catalogue, health, isCurrent }: CatalogueLayer,
    db: Db,
    { generations, batches }: Pick<ServiceLayer, 'generations' | 'batches'>,
    worker: WorkerPeers | null,
  ) =>
  (): HealthParts =>
    readHealthParts({
      engine: db.engine,
      isStoreUp: () => db.isUp(),
      queuedWrites: generations.queuedWrites,
      catalogue,
      isCatalogueCurrent: isCurrent,
      circuitStates: () => health.circuitStates(),
      running: () => generations.service.liveCount,
      heldJobs: batches.heldJobs,
      ...(worker !== null && {
        workers: () => ({ answering: worker.number, states: worker.overview().states }),
      }),
    });

const createGenerationStores = (
  db: Db,
  nodeId: string,
  version: string,
  { eventRetentionMs, retentionMs }: Settings,
) => ({
  store: new GenerationStore(db, { nodeId, eventRetentionMs, retentionMs }),
  leases: new NodeLeases(db, nodeId, version),
  commands: new NodeCommands(db, nodeId),
  cache: { ...CACHE_LIMITS, maxAgeMs: eventRetentionMs },
});

const createServices = async (
  settings: Settings,
  log: ServiceLog,
  overrides: AppOverrides,
  {
    catalogueLayer,
    accessLayer,
  }: { readonly catalogueLayer: CatalogueLayer; readonly accessLayer: AccessLayer },
  db: Db,
  guards: readonly GenerationGuard[],
): Promise<ServiceLayer> => {
  const { models, factory, health } = catalogueLayer;
  const nodeId = `node_${randomUUID()}`;
  const { now = Date.now, worker = null } = overrides;
  const batchStore = new BatchStore(db);
  const { version, metrics, telemetry } = createTelemetryLayer(settings, log, {
    ...catalogueLayer,
    db,
    batchStore,
    generations: () => generations,
    batches: () => batches,
    isLimitingAlone: () => rateLimits.isLocal(),
    worker,
  });
  const onRefused = (name: string): void => metrics.rateLimited(name);
  const serverId = worker?.serverId ?? null;
  const rateLimits = createRateLimitLayer(settings, log, { db, nodeId, serverId, now, onRefused });
  const shared = {
    ...settings,
    models,
    providers: factory,
    health,
    fetchMedia: overrides.fetchMedia ?? fetchMedia,
    outputs: new OutputChecker(),
    log,
    telemetry,
    guards,
    now,
    principalLimits: rateLimits.principals,
  };
  const accountStore = new AccountStore(db);
  const generations = createGenerations({
    ...shared,
    ...createGenerationStores(db, nodeId, version, settings),
    timing: { ...GENERATION_TIMING[db.engine], ...overrides.timing },
    isShared: db.engine === 'postgres',
    onLapsed: () => rateLimits.rewriteHolds(),
    deleteOld: async (maxRows) => {
      await rateLimits.deleteOld();
      return accountStore.deleteOlder(settings.ledgerRetentionMs, maxRows);
    },
  });
  const batches = createBatches({
    ...shared,
    store: batchStore,
    jobs: new BatchJobStore(db, { nodeId, retentionMs: settings.retentionMs }),
    items: new BatchItemStore(db),
    timing: { ...BATCH_TIMING, ...overrides.batchTiming },
  });
  const accounts = new AccountService({ store: accountStore, now });
  const timing = overrides.webhookTiming ?? {};
  const webhooks = await createWebhooks(settings, { db, nodeId, log, timing });
  const principals = await createPrincipalLayer(settings, log, overrides, accessLayer, { db, models });
  const nodes = new ServerNodeService(() => findServerNodes(db));
  const { outputs } = shared;
  const readParts = createPartsReader(catalogueLayer, db, { generations, batches }, worker);
  const work = { generations, batches, webhooks, accounts, metrics, outputs };
  return { ...work, principals, rateLimits, nodes, readParts };
};

const describe = ({ catalogue }: Pick<CatalogueLayer, 'catalogue'>): AppDescription => ({
  providers: catalogue.providers().map(({ name, configured, credentialVariable }) => ({
    name,
    missing: configured ? null : credentialVariable,
  })),
  models: catalogue.state().modelCount,
  defaultModel: catalogue.findModel('default')?.config.name ?? null,
});

/** Every secret of the settings, which a vendor, a database or a receiver of webhooks may quote. */
export const secretsOf = ({
  providers,
  webhook,
  jwt,
  databaseUrl,
  databaseDirectUrl,
}: Settings): readonly string[] => [
  ...(jwt?.keys.type === 'secret' ? [jwt.keys.secret] : []),
  ...Object.values(providers).flatMap(({ apiKey, keys }) => keys?.map(({ value }) => value) ?? apiKey ?? []),
  ...(webhook === null ? [] : [webhook.secret]),
  ...[databaseUrl, databaseDirectUrl].flatMap((url) =>
    url !== null && URL.canParse(url) ? decodeURIComponent(new URL(url).password) : [],
  ),
];

/** The first request does not wait for the packages of vendors, nor does the start. */
const warmProviders = ({ factory }: Pick<CatalogueLayer, 'factory'>, log: ServiceLog): void => {
  factory.warm().catch((error: unknown) => log.error({ err: error }, 'a provider could not be loaded'));
};

/** What an application is made of, from its settings to its transports. */
interface AppParts {
  readonly settings: Settings;
  readonly log: ServiceLog;
  readonly catalogueLayer: CatalogueLayer;
  readonly services: ServiceLayer;
  readonly steps: Steps;
  readonly transports: Transports;
  readonly db: Db;
}

const openParts = async ({
  settings,
  log,
  catalogueLayer,
  services,
  steps,
  transports,
}: AppParts): Promise<string> => {
  await sweepTemporaryFolders((error, path) =>
    log.warn({ err: error, path }, 'a temporary folder of an earlier server process could not be removed'),
  );
  await services.generations.start();
  await services.batches.start();
  await services.webhooks?.start();
  services.principals.start();
  services.rateLimits.start();
  const origin = await listen(transports.server, settings.host, settings.port, {
    isShared: settings.workers > 1,
  });
  services.metrics.start();
  catalogueLayer.sources.start();
  steps.trusted?.files.start();
  warmProviders(catalogueLayer, log);
  return `${origin}${GRAPHQL_PATH}`;
};

const closeParts = async ({
  settings,
  catalogueLayer,
  services,
  steps,
  transports,
  db,
}: AppParts): Promise<void> => {
  const { generations, batches, webhooks, accounts, metrics, outputs, principals, rateLimits } = services;
  metrics.stop();
  accounts.close();
  rateLimits.stop();
  const { shutdownGraceMs } = settings;
  await closeTransports(transports, () =>
    Promise.all([
      catalogueLayer.sources.stop(),
      generations.stop(shutdownGraceMs),
      batches.stop(shutdownGraceMs),
    ]),
  );
  await principals.stop();
  await steps.trusted?.files.stop();
  outputs.close();
  await webhooks?.stop();
  await db.close();
};

/**
 * Puts the layers together and opens the store; opens no port until `listen`. Rejects when the catalogue cannot be
 * served, the operator's plugins cannot be loaded, the rules for access cannot be used, or the store cannot be opened.
 */
export const buildApp = async (
  settings: Settings,
  writer: ServiceLog,
  overrides: AppOverrides = {},
): Promise<App> => {
  const log = createSafeLog(writer);
  const showSecrets = hideSecrets(secretsOf(settings));
  warnOfSettings(settings, log);
  const steps = await loadSteps(settings, log, overrides);
  const catalogueLayer = await createCatalogueLayer(settings, log, overrides);
  const accessLayer = await createAccessLayer(settings, log, overrides, catalogueLayer.models);
  const db = await (overrides.openDb ?? openDb)(settings, log);
  const storeAvailability = createAvailability(STORE_TOLERANCE_MS);
  db.onAvailability((up) => storeAvailability.note(up));
  const layers = { catalogueLayer, accessLayer };
  const guards = [...steps.plugins, ...(overrides.guards ?? [])];
  const services = await createServices(settings, log, overrides, layers, db, guards);
  let closing = false;
  let stopCatching: (() => void) | undefined;
  const { generations, batches, accounts, metrics, principals, rateLimits, nodes } = services;
  const { catalogue, isCurrent } = catalogueLayer;
  const served: Served = {
    services: {
      catalogue,
      generations: generations.service,
      batches: batches.service,
      accounts,
      nodes,
      principals: principals.service,
      rateLimits: rateLimits.principals,
    },
    rateLimits,
    authenticate: principals.authenticate,
    metrics,
    isClosing: () => closing,
    isStoreReliable: () => storeAvailability.isReliable(),
    readParts: services.readParts,
  };
  const transports = createTransports(settings, log, overrides, steps, served, isCurrent);
  const parts: AppParts = { settings, log, catalogueLayer, services, steps, transports, db };

  const close = async (): Promise<void> => {
    closing = true;
    await closeParts(parts);
    stopCatching?.();
    showSecrets();
  };

  return {
    async listen() {
      try {
        stopCatching = catchDefects(log);
        return await openParts(parts);
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
    describe: () => describe(catalogueLayer),
    reload: async () => {
      await Promise.all([
        catalogueLayer.sources.reload(),
        services.principals.reload(),
        steps.trusted?.files.readNow(),
      ]);
    },
  };
};
