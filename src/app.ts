import { randomUUID } from 'node:crypto';
import { MODEL_ALIASES } from '../config/aliases.ts';
import type { Settings } from '../config/env.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import type { GenerationGuard } from './core/generation-guard.ts';
import { isLoopback } from './core/is-loopback.ts';
import type { ModelConfig } from './core/model-config.ts';
import { hideSecrets } from './core/secrets.ts';
import type { ServiceLog } from './core/service-log.ts';
import { combineTelemetry } from './core/telemetry.ts';
import type { TextProviderDescriptor } from './core/text-provider.ts';
import { sweepTemporaryFolders } from './lib/sweep-temporary-folders.ts';
import { TEXT_PROVIDERS } from './providers/index.ts';
import { createConfiguredDescriptor } from './providers/text/configured/descriptor.ts';
import { discoverModels } from './providers/text/configured/discover-models.ts';
import { ModelRegistry } from './registry/model-registry.ts';
import { ProviderFactory } from './registry/provider-factory.ts';
import { TextProviderRegistry } from './registry/text-provider-registry.ts';
import type { Catalogue } from './registry/validate-catalogue.ts';
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
import { createTracing, type ToTelemetryName } from './telemetry/tracing.ts';
import { createErrorMask } from './server/mask-error.ts';
import { GRAPHQL_PATH } from './server/paths.ts';
import { createYogaServer } from './server/yoga.ts';
import { serveWebSockets, WEBSOCKET_LIMITS, type WebSocketLimits } from './server/websocket/websocket.ts';
import { catchDefects } from './services/catch-defects.ts';
import { CatalogueService } from './services/catalogue/catalogue-service.ts';
import { fetchMedia } from './services/media/fetch-media.ts';
import { BATCH_TIMING, type BatchTiming } from './services/batches/work/batch-timing.ts';
import { type Batches, createBatches } from './services/batches/create-batches.ts';
import {
  createGenerations,
  GENERATION_TIMING,
  type Generations,
  type GenerationTiming,
} from './services/generations/create-generations.ts';
import {
  DISCOVERY_TIMING,
  type DiscoveryTiming,
  ModelDiscovery,
} from './services/catalogue/model-discovery.ts';
import { CACHE_LIMITS } from './services/generations/generation-cache.ts';
import { OutputChecker } from './services/output/output-checker.ts';
import { type ProviderHealthOptions, ProviderHealthService } from './services/providers/provider-health.ts';
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

/** Parts of the application that can be replaced: how tests bring their own catalogue, providers and limits. */
export interface AppOverrides {
  readonly providers?: readonly TextProviderDescriptor[];
  readonly models?: readonly ModelConfig[];
  readonly aliases?: Readonly<Record<string, string>>;
  readonly limits?: Partial<OperationLimits>;
  readonly webSocketLimits?: Partial<WebSocketLimits>;
  readonly discoveryTiming?: Partial<DiscoveryTiming>;
  readonly fetchMedia?: FetchMedia;
  readonly timing?: Partial<GenerationTiming>;
  /** How long the circuit of a provider stays open. */
  readonly circuitTiming?: Pick<ProviderHealthOptions, 'openMs' | 'maxOpenMs'>;
  readonly batchTiming?: Partial<BatchTiming>;
  readonly webhookTiming?: Partial<WebhookTiming>;
  readonly guards?: readonly GenerationGuard[];
  /** Steps of the server after its own, which may be guards as well. */
  readonly plugins?: readonly ServerPlugin[];
  /** Milliseconds since 1970, for what changes with the day: prices, and models that are shut down. */
  readonly now?: () => number;
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
}

// A provider with models and no registration does not compile.
const REGISTRATIONS: Readonly<Record<keyof typeof MODEL_CONFIGS, TextProviderDescriptor>> = TEXT_PROVIDERS;

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

const createProviders = (settings: Settings, log: ServiceLog, overrides: AppOverrides) => {
  const registry = new TextProviderRegistry();
  for (const descriptor of overrides.providers ?? Object.values(REGISTRATIONS))
    registry.registerTextProvider(descriptor);
  for (const provider of settings.configuredProviders)
    registry.registerTextProvider(createConfiguredDescriptor(provider));
  const factory = new ProviderFactory(registry, ({ name }) => ({
    apiKey: settings.providers[name]?.apiKey ?? null,
    baseUrl: settings.providers[name]?.baseUrl ?? null,
    connectTimeoutMs: settings.connectTimeoutMs,
    firstDeltaTimeoutMs: settings.firstDeltaTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    demoDelayMs: settings.demoDelayMs,
    log,
  }));
  return { registry, factory };
};

/** The built-in models and aliases and those of the operator's file, as far as they are known before the start. */
const createCatalogue = ({ configuredProviders }: Settings, overrides: AppOverrides): Catalogue => ({
  models: [
    ...(overrides.models ?? Object.values(MODEL_CONFIGS).flatMap((configs) => Object.values(configs))),
    ...configuredProviders.flatMap(({ models }) => models),
  ],
  aliases: {
    ...(overrides.aliases ?? MODEL_ALIASES),
    ...Object.fromEntries(
      configuredProviders.flatMap(({ discovered, aliases }) =>
        discovered === null ? Object.entries(aliases) : [],
      ),
    ),
  },
  places: new Map(configuredProviders.flatMap(({ places }) => [...places])),
});

/** Models that providers of the operator's file list themselves, asked for from the start on. */
const createDiscovery = (
  settings: Settings,
  log: ServiceLog,
  overrides: AppOverrides,
  { models, factory, catalogue }: Pick<CatalogueLayer, 'models' | 'factory' | 'catalogue'>,
): ModelDiscovery => {
  const providers = settings.configuredProviders.filter(
    ({ name, discovered }) => discovered !== null && factory.isConfigured(name),
  );
  const sources = providers.map((provider) => ({
    provider: provider.name,
    findModels: (signal: AbortSignal) =>
      discoverModels(provider, settings.providers[provider.name]?.apiKey ?? null, signal),
    take: (found: readonly ModelConfig[]) => {
      const taken = models.add({ models: found, aliases: provider.aliases });
      if (taken.length > 0) catalogue.refresh();
      return taken;
    },
  }));
  return new ModelDiscovery(sources, { ...DISCOVERY_TIMING, ...overrides.discoveryTiming }, log);
};

interface CatalogueLayer {
  readonly models: ModelRegistry;
  readonly factory: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly catalogue: CatalogueService;
  readonly toTelemetryName: ToTelemetryName;
}

/** Models, providers and what is known of them. Throws where the catalogue contradicts itself. */
const createCatalogueLayer = (
  settings: Settings,
  log: ServiceLog,
  overrides: AppOverrides,
): CatalogueLayer => {
  const { registry, factory } = createProviders(settings, log, overrides);
  const descriptors = registry.descriptors();
  const models = new ModelRegistry(createCatalogue(settings, overrides), descriptors, overrides.now);
  const simulators = descriptors.filter(({ simulatesFailures }) => simulatesFailures === true);
  const health = new ProviderHealthService({
    failures: settings.circuitFailures,
    exempt: simulators.map(({ name }) => name),
    ...overrides.circuitTiming,
  });
  const catalogue = new CatalogueService(models, descriptors, factory, health);
  const toTelemetryName: ToTelemetryName = (name) => registry.findDescriptor(name)?.telemetryName ?? name;
  return { models, factory, health, catalogue, toTelemetryName };
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
  { models, factory, health, toTelemetryName }: CatalogueLayer,
  db: Db,
  guards: readonly GenerationGuard[],
): Promise<ServiceLayer> => {
  const { eventRetentionMs, retentionMs } = settings;
  const nodeId = `node_${randomUUID()}`;
  const metrics: Metrics = createMetrics({
    isStoreUp: () => db.isUp(),
    queuedWrites: () => generations.queuedWrites(),
    circuitStates: () => health.circuitStates(),
  });
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
  };
  const generations = createGenerations({
    ...shared,
    store: new GenerationStore(db, { nodeId, eventRetentionMs, retentionMs }),
    leases: new NodeLeases(db, nodeId),
    commands: new NodeCommands(db, nodeId),
    cache: { ...CACHE_LIMITS, maxAgeMs: eventRetentionMs },
    timing: { ...GENERATION_TIMING[db.engine], ...overrides.timing },
    isShared: db.engine === 'postgres',
  });
  const batches = createBatches({
    ...shared,
    store: new BatchStore(db),
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
  { catalogue }: Pick<CatalogueLayer, 'catalogue'>,
  { generations, batches, metrics }: ServiceLayer,
  plugins: readonly ServerPlugin[],
  { isClosing, isStoreReliable }: { isClosing: () => boolean; isStoreReliable: () => boolean },
): Transports => {
  const shared = {
    authenticate: createAuthenticate(settings.apiKeys),
    originPolicy: { loopbackOnly: isLoopback(settings.host), allowedOrigins: settings.allowedOrigins },
    maskError: createErrorMask(log),
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
  const catalogueLayer = createCatalogueLayer(settings, log, overrides);
  const discovery = createDiscovery(settings, log, overrides, catalogueLayer);
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
      Promise.all([discovery.stop(), generations.stop(shutdownGraceMs), batches.stop(shutdownGraceMs)]),
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
    discovery.start();
    catalogueLayer.factory
      .warm()
      .catch((error: unknown) => log.error({ err: error }, 'a provider could not be loaded'));
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
  };
};
