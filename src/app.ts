import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/env.ts';
import { findVersion } from '../config/find-version.ts';
import type { GenerationGuard } from './core/generation-guard.ts';
import { isLoopback } from './core/is-loopback.ts';
import { hideSecrets } from './core/secrets.ts';
import type { ServiceLog } from './core/service-log.ts';
import { combineTelemetry } from './core/telemetry.ts';
import { type CatalogueLayer, type CatalogueOverrides, createCatalogueLayer } from './create-catalogue.ts';
import { sweepTemporaryFolders } from './lib/sweep-temporary-folders.ts';
import { createSchema } from './schema/index.ts';
import { createAuthenticate } from './server/auth.ts';
import { createAvailability, STORE_TOLERANCE_MS } from './server/health.ts';
import type { ServerPlugin } from './server/plugin.ts';
import { closeTransports, type Transports } from './server/close-transports.ts';
import { createHttpServer } from './server/http-server.ts';
import { loadPlugins } from './server/load-plugins.ts';
import { listen } from './server/listen.ts';
import { DEFAULT_LIMITS, maxBodyValuesOf, type OperationLimits } from './server/limits.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { createSafeLog } from './telemetry/safe-log.ts';
import { createTracing } from './telemetry/tracing.ts';
import { createErrorMask } from './server/mask-error.ts';
import { GRAPHQL_PATH } from './server/paths.ts';
import { createYogaServer } from './server/yoga.ts';
import { serveWebSockets, WEBSOCKET_LIMITS, type WebSocketLimits } from './server/websocket/websocket.ts';
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
import { OutputChecker } from './services/output/output-checker.ts';
import type { FetchMedia } from './services/media/resolve-media.ts';
import type { Webhooks, WebhookTiming } from './services/webhooks/webhooks.ts';
import { BatchItemStore } from './stores/batches/batch-item-store.ts';
import { BatchJobStore } from './stores/batches/batch-job-store.ts';
import { BatchStore } from './stores/batches/batch-store.ts';
import type { Db } from './stores/db/db.ts';
import { GenerationStore } from './stores/generations/generation-store.ts';
import { openDb } from './stores/db/open-db.ts';
import { NodeCommands } from './stores/nodes/node-commands.ts';
import { NodeLeases } from './stores/nodes/node-leases.ts';
import { findServerNodes } from './stores/nodes/server-nodes.ts';

/** Parts of the application that can be replaced: how tests bring their own catalogue, providers and limits. */
export interface AppOverrides extends CatalogueOverrides {
  readonly limits?: Partial<OperationLimits>;
  readonly webSocketLimits?: Partial<WebSocketLimits>;
  readonly fetchMedia?: FetchMedia;
  readonly timing?: Partial<GenerationTiming>;
  readonly batchTiming?: Partial<BatchTiming>;
  readonly webhookTiming?: Partial<WebhookTiming>;
  readonly guards?: readonly GenerationGuard[];
  /** Steps of the server after its own, which may be guards as well. */
  readonly plugins?: readonly ServerPlugin[];
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
  /** Reads the sources of the catalogue at once. Resolves once the operator's overlay was taken, or refused. */
  reloadCatalogue(): Promise<void>;
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
  readonly metrics: Metrics;
  readonly outputs: OutputChecker;
}

const createServices = async (
  settings: Settings,
  log: ServiceLog,
  overrides: AppOverrides,
  { models, factory, health, catalogue, sources, toTelemetryName }: CatalogueLayer,
  db: Db,
  guards: readonly GenerationGuard[],
): Promise<ServiceLayer> => {
  const { eventRetentionMs, retentionMs } = settings;
  const nodeId = `node_${randomUUID()}`;
  const batchStore = new BatchStore(db);
  const version = findVersion();
  const tracing = createTracing({ toTelemetryName, version, capturesContent: settings.traceContent });
  const metrics: Metrics = createMetrics({
    version,
    findTraceId: tracing.findTraceId,
    maxPrincipals: settings.metricsPrincipals,
    isStoreUp: () => db.isUp(),
    queuedWrites: () => generations.queuedWrites(),
    isQueueFull: () => generations.isQueueFull(),
    circuitStates: () => health.circuitStates(),
    catalogue: () => catalogue.state(),
    catalogueRefreshes: () => sources.readCounts(),
    heldJobs: () => batches.heldJobs(),
    sharedCounts: async () => ({
      nodes: (await findServerNodes(db)).length,
      batches: await batchStore.countUnfinished(),
    }),
  });
  const shared = {
    ...settings,
    models,
    providers: factory,
    health,
    fetchMedia: overrides.fetchMedia ?? fetchMedia,
    outputs: new OutputChecker(),
    log,
    telemetry: combineTelemetry([metrics.telemetry, tracing.telemetry], log, () => metrics.telemetryFailed()),
    guards,
  };
  const generations = createGenerations({
    ...shared,
    store: new GenerationStore(db, { nodeId, eventRetentionMs, retentionMs }),
    leases: new NodeLeases(db, nodeId, version),
    commands: new NodeCommands(db, nodeId),
    cache: { ...CACHE_LIMITS, maxAgeMs: eventRetentionMs },
    timing: { ...GENERATION_TIMING[db.engine], ...overrides.timing },
    isShared: db.engine === 'postgres',
  });
  const batches = createBatches({
    ...shared,
    store: batchStore,
    jobs: new BatchJobStore(db, { nodeId, retentionMs }),
    items: new BatchItemStore(db),
    timing: { ...BATCH_TIMING, ...overrides.batchTiming },
  });
  const timing = overrides.webhookTiming ?? {};
  const webhooks = await createWebhooks(settings, { db, nodeId, log, timing });
  return { generations, batches, webhooks, metrics, outputs: shared.outputs };
};

const createTransports = (
  settings: Settings,
  log: ServiceLog,
  overrides: AppOverrides,
  { catalogue, isCurrent }: Pick<CatalogueLayer, 'catalogue' | 'isCurrent'>,
  { generations, batches, metrics }: ServiceLayer,
  plugins: readonly ServerPlugin[],
  { isClosing, isStoreReliable }: { isClosing: () => boolean; isStoreReliable: () => boolean },
): Transports => {
  const shared = {
    authenticate: createAuthenticate(settings.apiKeys),
    originPolicy: { loopbackOnly: isLoopback(settings.host), allowedOrigins: settings.allowedOrigins },
    maskError: createErrorMask(log, (code) => metrics.errorTold(code)),
    heartbeatMs: settings.heartbeatMs,
    log,
  };
  const limits = { ...DEFAULT_LIMITS, ...overrides.limits };
  const yoga = createYogaServer({
    ...settings,
    ...shared,
    schema: createSchema(),
    services: { catalogue, generations: generations.service, batches: batches.service },
    limits,
    isClosing,
    readinessChecks: { store: isStoreReliable },
    isCatalogueCurrent: isCurrent,
    metrics,
    servesMetrics: settings.metrics,
    plugins,
  });
  const server = createHttpServer({ yoga, isClosing, log });
  const sockets = serveWebSockets(server, {
    ...shared,
    yoga,
    streamOpened: (transport) => metrics.streamOpened(transport),
    limits: {
      ...WEBSOCKET_LIMITS,
      maxPayloadBytes: settings.maxBodyBytes,
      maxPayloadValues: maxBodyValuesOf(limits),
      ...overrides.webSocketLimits,
    },
  });
  return { server, sockets };
};

/** Every key of the settings that a vendor, a database or a receiver of webhooks is sent, and may quote. */
const secretsOf = ({ providers, webhook, databaseUrl, databaseDirectUrl }: Settings): readonly string[] => [
  ...Object.values(providers).flatMap(({ apiKey }) => apiKey ?? []),
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

/**
 * Puts the layers together and opens the store; opens no port until `listen`. Rejects when the catalogue cannot be
 * served, the operator's plugins cannot be loaded, or the store cannot be opened.
 */
export const buildApp = async (
  settings: Settings,
  writer: ServiceLog,
  overrides: AppOverrides = {},
): Promise<App> => {
  const log = createSafeLog(writer);
  const showSecrets = hideSecrets(secretsOf(settings));
  warnOfUnknownVariables(settings, log);
  const loaded = settings.plugins === null ? [] : await loadPlugins(settings.plugins);
  const plugins = [...loaded, ...(overrides.plugins ?? [])];
  const catalogueLayer = await createCatalogueLayer(settings, log, overrides);
  const { sources } = catalogueLayer;
  const db = await (overrides.openDb ?? openDb)(settings, log);
  const storeAvailability = createAvailability(STORE_TOLERANCE_MS);
  db.onAvailability((up) => storeAvailability.note(up));
  const services = await createServices(settings, log, overrides, catalogueLayer, db, [
    ...plugins,
    ...(overrides.guards ?? []),
  ]);
  const { generations, batches, webhooks, metrics, outputs } = services;
  let closing = false;
  let stopCatching: (() => void) | undefined;
  const transports = createTransports(settings, log, overrides, catalogueLayer, services, plugins, {
    isClosing: () => closing,
    isStoreReliable: () => storeAvailability.isReliable(),
  });

  const close = async (): Promise<void> => {
    closing = true;
    metrics.stop();
    const { shutdownGraceMs } = settings;
    await closeTransports(transports, () =>
      Promise.all([sources.stop(), generations.stop(shutdownGraceMs), batches.stop(shutdownGraceMs)]),
    );
    outputs.close();
    await webhooks?.stop();
    await db.close();
    stopCatching?.();
    showSecrets();
  };

  const open = async (): Promise<string> => {
    stopCatching = catchDefects(log);
    await sweepTemporaryFolders((error, path) =>
      log.warn({ err: error, path }, 'a temporary folder of an earlier server process could not be removed'),
    );
    await generations.start();
    await batches.start();
    await webhooks?.start();
    const origin = await listen(transports.server, settings.host, settings.port);
    metrics.start();
    sources.start();
    warmProviders(catalogueLayer, log);
    return `${origin}${GRAPHQL_PATH}`;
  };

  return {
    async listen() {
      try {
        return await open();
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
    reloadCatalogue: () => sources.reload(),
  };
};
