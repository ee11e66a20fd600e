import { MODEL_ALIASES } from '../config/aliases.ts';
import type { Settings } from '../config/settings.ts';
import { readOverlayFile } from '../config/overlay/read-overlay-file.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import type { ModelConfig } from './core/model-config.ts';
import { type ReadOnce, readAlone } from './core/server-worker.ts';
import type { ServiceLog } from './core/service-log.ts';
import type { TextProviderDescriptor } from './core/text-provider.ts';
import { TEXT_PROVIDERS } from './providers/index.ts';
import { createConfiguredDescriptor } from './providers/text/configured/descriptor.ts';
import { discoverModels } from './providers/text/configured/discover-models.ts';
import { CatalogueRefused, ModelRegistry } from './registry/model-registry.ts';
import { ProviderFactory } from './registry/provider-factory.ts';
import { toVendorWords } from './registry/resolve-name.ts';
import { TextProviderRegistry } from './registry/text-provider-registry.ts';
import type { Catalogue } from './registry/validate-catalogue.ts';
import { CatalogueService } from './services/catalogue/catalogue-service.ts';
import { LiveCatalogue } from './services/catalogue/live-catalogue.ts';
import {
  DISCOVERY_TIMING,
  type DiscoveryTiming,
  ModelDiscovery,
} from './services/catalogue/model-discovery.ts';
import { createOverlayReader, OVERLAY_INTERVAL_MS } from './services/catalogue/overlay-reader.ts';
import { type PollCount, PollTally } from './services/catalogue/poll-tally.ts';
import { CatalogueRefresh } from './services/catalogue/refresh/catalogue-refresh.ts';
import { type ProviderHealthOptions, ProviderHealthService } from './services/providers/provider-health.ts';
import type { ToTelemetryName } from './telemetry/generation-trace.ts';

/** Parts of the catalogue that can be replaced. */
export interface CatalogueOverrides {
  readonly providers?: readonly TextProviderDescriptor[];
  readonly models?: readonly ModelConfig[];
  readonly aliases?: Readonly<Record<string, string>>;
  readonly discoveryTiming?: Partial<DiscoveryTiming>;
  /** How often the overlay's file is looked at, and the sources of a refresh are asked, in milliseconds. */
  readonly catalogueTiming?: { readonly overlayMs?: number; readonly refreshMs?: number };
  /** How long the circuit of a provider stays open. */
  readonly circuitTiming?: Pick<ProviderHealthOptions, 'openMs' | 'maxOpenMs'>;
  /** The other workers of the server, with which its sources are read once. */
  readonly worker?: { readonly readOnce: ReadOnce };
  /** Milliseconds since 1970, for what changes with the day: prices, and models that are shut down. */
  readonly now?: () => number;
}

// A provider with models and no registration does not compile.
const REGISTRATIONS: Readonly<Record<keyof typeof MODEL_CONFIGS, TextProviderDescriptor>> = TEXT_PROVIDERS;

/** Pause after a first failure to read a source of the catalogue; it doubles with each further one. */
const REFRESH_RETRY_MS = 60_000;

const createProviders = (settings: Settings, log: ServiceLog, overrides: CatalogueOverrides) => {
  const registry = new TextProviderRegistry();
  for (const descriptor of overrides.providers ?? Object.values(REGISTRATIONS))
    registry.registerTextProvider(descriptor);
  for (const provider of settings.configuredProviders)
    registry.registerTextProvider(createConfiguredDescriptor(provider));
  const factory = new ProviderFactory(
    registry,
    ({ name }) => ({
      apiKey: settings.providers[name]?.apiKey ?? null,
      baseUrl: settings.providers[name]?.baseUrl ?? null,
      connectTimeoutMs: settings.connectTimeoutMs,
      firstDeltaTimeoutMs: settings.firstDeltaTimeoutMs,
      idleTimeoutMs: settings.idleTimeoutMs,
      demoDelayMs: settings.demoDelayMs,
      log,
    }),
    {
      keysFor: (name) => settings.providers[name]?.keys ?? null,
    },
  );
  return { registry, factory };
};

/** The built-in models and aliases and those of the operator's file, as far as they are known before the start. */
const createBase = ({ configuredProviders }: Settings, overrides: CatalogueOverrides): Catalogue => ({
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

interface SourceContext {
  readonly settings: Settings;
  readonly log: ServiceLog;
  readonly overrides: CatalogueOverrides;
  readonly registry: TextProviderRegistry;
  readonly factory: ProviderFactory;
  readonly live: LiveCatalogue;
  readonly tally: PollTally;
  readonly readOnce: ReadOnce;
}

/** Models that providers of the operator's file list themselves, asked for from the start on. */
const createDiscovery = ({
  settings,
  log,
  overrides,
  factory,
  live,
  tally,
  readOnce,
}: SourceContext): ModelDiscovery => {
  const providers = settings.configuredProviders.filter(
    ({ name, discovered }) => discovered !== null && factory.isConfigured(name),
  );
  const sources = providers.map((provider) => ({
    provider: provider.name,
    findModels: (signal: AbortSignal) =>
      readOnce(`models of ${provider.name}`, () =>
        discoverModels(provider, settings.providers[provider.name]?.apiKey ?? null, signal),
      ),
    take: (found: readonly ModelConfig[]) => live.takeDiscovered(found, provider.aliases),
  }));
  return new ModelDiscovery(sources, { ...DISCOVERY_TIMING, ...overrides.discoveryTiming }, log, tally);
};

/** The document and the vendors' lists that the catalogue is refreshed from. */
const createRefresh = ({
  settings,
  overrides,
  registry,
  factory,
  live,
  tally,
  readOnce,
}: SourceContext): CatalogueRefresh => {
  const descriptors = registry.descriptors();
  const refreshMs = overrides.catalogueTiming?.refreshMs ?? settings.catalogueRefreshMs;
  const lists = descriptors.flatMap(({ name, loadListModels }) =>
    settings.vendorLists && loadListModels !== undefined && factory.isConfigured(name)
      ? [{ provider: name, loadListModels }]
      : [],
  );
  return new CatalogueRefresh({
    live,
    tally,
    readOnce,
    address: settings.catalogueUrl,
    lists: lists.map(({ provider, loadListModels }) => ({
      provider,
      findModels: (signal: AbortSignal) =>
        readOnce(`list of ${provider}`, async () => {
          const listModels = await loadListModels();
          return listModels(settings.providers[provider] ?? { apiKey: null, baseUrl: null }, signal);
        }),
    })),
    // No document has a word on the scripts of this server.
    vendors: toVendorWords(descriptors.filter(({ apiTypes }) => !apiTypes.includes('local'))),
    timing: { refreshMs, firstRetryMs: Math.min(REFRESH_RETRY_MS, refreshMs) },
    now: overrides.now ?? Date.now,
  });
};

/** Takes the overlay before anything is served. Throws one error that names every problem. */
const takeFirstOverlay = async (file: string, live: LiveCatalogue): Promise<void> => {
  const { overlay, problems } = await readOverlayFile(file);
  if (!live.takeOverlay(file, overlay, problems)) throw new CatalogueRefused(live.problemsOf(file));
};

/** What reads the sources of the catalogue while the server runs. */
export interface CatalogueSources {
  start(): void;
  /** Reads the overlay and asks the sources of a refresh at once. Resolves once the overlay was read. */
  reload(): Promise<void>;
  /** How often each source was read since the start. */
  readCounts(): readonly PollCount[];
  stop(): Promise<void>;
}

const createSources = (context: SourceContext): CatalogueSources => {
  const { settings, log, overrides, live } = context;
  const discovery = createDiscovery(context);
  const refresh = createRefresh(context);
  const overlay =
    settings.catalogueFile === null
      ? null
      : createOverlayReader({
          file: settings.catalogueFile,
          read: readOverlayFile,
          live,
          intervalMs: overrides.catalogueTiming?.overlayMs ?? OVERLAY_INTERVAL_MS,
          // What a refresh was refused for may be confirmed now.
          onTaken: () => {
            if (!live.isCurrent()) refresh.wake();
          },
          log,
        });
  return {
    start() {
      overlay?.start();
      refresh.start();
      discovery.start();
    },
    readCounts: () => context.tally.counts(),
    async reload() {
      refresh.wake();
      await overlay?.readNow();
    },
    async stop() {
      await Promise.all([discovery.stop(), refresh.stop(), overlay?.stop()]);
    },
  };
};

export interface CatalogueLayer {
  readonly models: ModelRegistry;
  readonly factory: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly catalogue: CatalogueService;
  readonly sources: CatalogueSources;
  /** null where nothing is read again while the server runs. */
  readonly isCurrent: (() => boolean) | null;
  readonly toTelemetryName: ToTelemetryName;
}

const createRegistry = (
  settings: Settings,
  overrides: CatalogueOverrides,
  { registry, factory }: Pick<SourceContext, 'registry' | 'factory'>,
): ModelRegistry =>
  new ModelRegistry(createBase(settings, overrides), registry.descriptors(), overrides.now, {
    allowsUnknown: settings.unknownModels === 'allow',
    defaultModel: settings.defaultModel,
    ownProviders: settings.configuredProviders.map(({ name }) => name),
    isConfigured: (provider) => factory.isConfigured(provider),
    isRefreshed:
      settings.vendorLists ||
      settings.catalogueUrl !== null ||
      settings.configuredProviders.some(({ discovered }) => discovered !== null),
  });

/** Models, providers and what is known of them. Rejects where the catalogue contradicts itself. */
export const createCatalogueLayer = async (
  settings: Settings,
  log: ServiceLog,
  overrides: CatalogueOverrides,
): Promise<CatalogueLayer> => {
  const { registry, factory } = createProviders(settings, log, overrides);
  const models = createRegistry(settings, overrides, { registry, factory });
  const { catalogueFile, catalogueUrl, vendorLists, providersFile } = settings;
  const live = new LiveCatalogue({
    registry: models,
    log,
    now: overrides.now ?? Date.now,
    baseSources: ['built-in', ...(providersFile === null ? [] : ['providers of the operator'])],
  });
  if (catalogueFile !== null) await takeFirstOverlay(catalogueFile, live);
  const problems = models.findDefaultProblems();
  if (problems.length > 0) throw new CatalogueRefused(problems);
  for (const note of models.notes())
    log.warn({ note }, 'a name of the catalogue leads elsewhere than it says');
  const simulators = registry.descriptors().filter(({ simulatesFailures }) => simulatesFailures === true);
  const health = new ProviderHealthService({
    failures: settings.circuitFailures,
    exempt: simulators.map(({ name }) => name),
    ...overrides.circuitTiming,
  });
  const catalogue = new CatalogueService(models, registry.descriptors(), factory, health, () => live.state());
  const toTelemetryName: ToTelemetryName = (name) => registry.findDescriptor(name)?.telemetryName ?? name;
  const sources = createSources({
    settings,
    log,
    overrides,
    registry,
    factory,
    live,
    tally: new PollTally(),
    readOnce: overrides.worker?.readOnce ?? readAlone,
  });
  const isRead = catalogueFile !== null || catalogueUrl !== null || vendorLists;
  const isCurrent = isRead ? () => live.isCurrent() : null;
  return { models, factory, health, catalogue, sources, isCurrent, toTelemetryName };
};
