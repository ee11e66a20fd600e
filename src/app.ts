import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import type { GenerationGuard } from './core/generation-guard.ts';
import { hideSecrets } from './core/secrets.ts';
import type { ServiceLog } from './core/service-log.ts';
import { combineTelemetry } from './core/telemetry.ts';
import { type CatalogueLayer, type CatalogueOverrides, createCatalogueLayer } from './create-catalogue.ts';
import {
  createTransports,
  loadSteps,
  type Served,
  type Steps,
  type TransportOverrides,
} from './create-transports.ts';
import { createRateLimitLayer, type RateLimitLayer } from './create-rate-limits.ts';
import { sweepTemporaryFolders } from './lib/sweep-temporary-folders.ts';
import {
  type AccessLayer,
  createAccessLayer,
  createPrincipalLayer,
  type PrincipalLayer,
  type PrincipalOverrides,
} from './create-principals.ts';
import { createAvailability, STORE_TOLERANCE_MS } from './server/health.ts';
import { closeTransports, type Transports } from './server/close-transports.ts';
import { listen } from './server/listen.ts';
import { createMetrics, type Metrics, type MetricsReadings } from './telemetry/metrics.ts';
import { createSafeLog } from './telemetry/safe-log.ts';
import { createTracing } from './telemetry/tracing.ts';
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

/** Parts of the application that can be replaced: how tests bring their own catalogue, providers and limits. */
export interface AppOverrides extends CatalogueOverrides, PrincipalOverrides, TransportOverrides {
  readonly fetchMedia?: FetchMedia;
  readonly timing?: Partial<GenerationTiming>;
  readonly batchTiming?: Partial<BatchTiming>;
  readonly webhookTiming?: Partial<WebhookTiming>;
  readonly guards?: readonly GenerationGuard[];
  /** In place of the database of the settings. */
  readonly openDb?: (settings: Settings, log: ServiceLog) => Promise<Db>;
}

export interface App {
  /** Opens the port and resolves with the address of the API. Where that fails, nothing is left open. */
  listen(): Promise<string>;
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

const createWebhooks = async (
  { webhook }: Settings,
  { db, nodeId, log, timing }: { db: Db; nodeId: string; log: ServiceLog; timing: Partial<WebhookTiming> },
): Promise<Webhooks | null> => {
  if (webhook === null) return null;
  // Loaded where they are wanted, as PostgreSQL is.
  const { WEBHOOK_TIMING, Webhooks } = await import('./services/webhooks/webhooks.ts');
  const { WebhookStore } = await import('./stores/batches/webhook-store.ts');
  const store = new WebhookStore(db, nodeId);
  return new Webhooks({ ...webhook, store, log, timing: { ...WEBHOOK_TIMING, ...timing } });
};

interface ServiceLayer {
  readonly generations: Generations;
  readonly batches: Batches;
  readonly webhooks: Webhooks | null;
  readonly accounts: AccountService;
  readonly metrics: Metrics;
  readonly outputs: OutputChecker;
  readonly principals: PrincipalLayer;
  readonly rateLimits: RateLimitLayer;
}

const createServiceMetrics = (
  db: Db,
  { health, catalogue }: Pick<CatalogueLayer, 'health' | 'catalogue'>,
  { isLimitingAlone, ...readings }: Required<Pick<MetricsReadings, 'queuedWrites' | 'isLimitingAlone'>>,
): Metrics =>
  createMetrics({
    ...readings,
    isStoreUp: () => db.isUp(),
    circuitStates: () => health.circuitStates(),
    catalogue: () => catalogue.state(),
    ...(db.engine === 'postgres' && { isLimitingAlone }),
  });

const createBatchStores = (db: Db, nodeId: string, { retentionMs }: Settings) => ({
  store: new BatchStore(db),
  jobs: new BatchJobStore(db, { nodeId, retentionMs }),
  items: new BatchItemStore(db),
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
  const { eventRetentionMs, retentionMs } = settings;
  const { models, factory, health, toTelemetryName } = catalogueLayer;
  const nodeId = `node_${randomUUID()}`;
  const now = overrides.now ?? Date.now;
  const metrics: Metrics = createServiceMetrics(db, catalogueLayer, {
    queuedWrites: () => generations.queuedWrites(),
    isLimitingAlone: () => rateLimits.isLocal(),
  });
  const onRefused = (name: string): void => metrics.rateLimited(name);
  const rateLimits = createRateLimitLayer(settings, log, { db, nodeId, now, onRefused });
  const shared = {
    ...settings,
    models,
    providers: factory,
    health,
    fetchMedia: overrides.fetchMedia ?? fetchMedia,
    outputs: new OutputChecker(),
    log,
    telemetry: combineTelemetry([metrics.telemetry, createTracing(toTelemetryName)], log),
    guards,
    now,
    principalLimits: rateLimits.principals,
  };
  const accountStore = new AccountStore(db);
  const generations = createGenerations({
    ...shared,
    store: new GenerationStore(db, { nodeId, eventRetentionMs, retentionMs }),
    leases: new NodeLeases(db, nodeId),
    commands: new NodeCommands(db, nodeId),
    cache: { ...CACHE_LIMITS, maxAgeMs: eventRetentionMs },
    timing: { ...GENERATION_TIMING[db.engine], ...overrides.timing },
    isShared: db.engine === 'postgres',
    onLapsed: () => rateLimits.rewriteHolds(),
    deleteOld: async (maxRows) => {
      await rateLimits.deleteOld();
      return accountStore.deleteOlder(settings.ledgerRetentionMs, maxRows);
    },
  });
  const batchTiming = { ...BATCH_TIMING, ...overrides.batchTiming };
  const batches = createBatches({
    ...shared,
    ...createBatchStores(db, nodeId, settings),
    timing: batchTiming,
  });
  const accounts = new AccountService({ store: accountStore, now });
  const timing = overrides.webhookTiming ?? {};
  const webhooks = await createWebhooks(settings, { db, nodeId, log, timing });
  const principals = await createPrincipalLayer(settings, log, overrides, accessLayer, { db, models });
  const { outputs } = shared;
  return { generations, batches, webhooks, accounts, metrics, outputs, principals, rateLimits };
};

/** Every secret of the settings, which a vendor, a database or a receiver of webhooks may quote. */
const secretsOf = ({
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

const warnOfUnknownVariables = ({ unknownVariables }: Settings, log: ServiceLog): void => {
  for (const variable of unknownVariables)
    log.warn({ variable }, 'an environment variable is unknown: is it misspelt?');
};

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
  const origin = await listen(transports.server, settings.host, settings.port);
  services.metrics.start();
  catalogueLayer.sources.start();
  steps.trusted?.start();
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
  await steps.trusted?.stop();
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
  warnOfUnknownVariables(settings, log);
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
  const { generations, batches, accounts, metrics, principals, rateLimits } = services;
  const { catalogue, isCurrent } = catalogueLayer;
  const served: Served = {
    services: {
      catalogue,
      generations: generations.service,
      batches: batches.service,
      accounts,
      principals: principals.service,
      rateLimits: rateLimits.principals,
    },
    rateLimits,
    authenticate: principals.authenticate,
    metrics,
    isClosing: () => closing,
    isStoreReliable: () => storeAvailability.isReliable(),
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
    reload: async () => {
      await Promise.all([
        catalogueLayer.sources.reload(),
        services.principals.reload(),
        steps.trusted?.readNow(),
      ]);
    },
  };
};
