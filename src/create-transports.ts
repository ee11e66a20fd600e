import type { Settings } from '../config/settings.ts';
import { servesPlayground } from '../config/trusted-documents.ts';
import { BudgetExceeded } from './core/budget.ts';
import { isLoopback } from './core/is-loopback.ts';
import type { ServiceLog } from './core/service-log.ts';
import type { CatalogueLayer } from './create-catalogue.ts';
import type { RateLimitLayer } from './create-rate-limits.ts';
import { createSchema } from './schema/index.ts';
import type { Transports } from './server/close-transports.ts';
import type { Services } from './server/context.ts';
import type { HealthParts } from './server/health-parts.ts';
import { createHttpServer } from './server/http-server.ts';
import { DEFAULT_LIMITS, maxBodyValuesOf, type OperationLimits } from './server/limits.ts';
import { loadPlugins } from './server/load-plugins.ts';
import { createErrorMask } from './server/mask-error.ts';
import type { ServerPlugin } from './server/plugin.ts';
import { ProviderKeyReader } from './server/provider-keys.ts';
import { createDocumentPolicy, type DocumentPolicy } from './server/trusted-documents/resolve-document.ts';
import { DOCUMENTS_INTERVAL_MS, TrustedDocuments } from './server/trusted-documents/trusted-documents.ts';
import { serveWebSockets, WEBSOCKET_LIMITS, type WebSocketLimits } from './server/websocket/websocket.ts';
import { createYogaServer } from './server/yoga.ts';
import type { Authenticate } from './services/principals/authenticator.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** Parts of the transports that can be replaced. */
export interface TransportOverrides {
  readonly limits?: Partial<OperationLimits>;
  readonly webSocketLimits?: Partial<WebSocketLimits>;
  /** How often the files of trusted documents are polled, in milliseconds. */
  readonly documentsIntervalMs?: number;
  /** Steps of the server after its own, which may be guards as well. */
  readonly plugins?: readonly ServerPlugin[];
}

/** What the transports serve, and by which rules. */
export interface Served {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
  readonly rateLimits: RateLimitLayer;
  readonly isClosing: () => boolean;
  readonly isStoreReliable: () => boolean;
  /** Every part of this process with its state. */
  readonly readParts: () => HealthParts;
}

const keyedProvidersOf = (catalogue: CatalogueLayer['catalogue']): readonly string[] =>
  catalogue
    .providers()
    .filter(({ credentialVariable }) => credentialVariable !== null)
    .map(({ name }) => name);

/** What the operator brings to the steps of the server. */
export interface Steps {
  readonly plugins: readonly ServerPlugin[];
  readonly trusted: TrustedDocuments | null;
  readonly documents: DocumentPolicy;
}

/** Rejects where the plugins, or the documents, cannot be loaded. */
export const loadSteps = async (
  settings: Settings,
  log: ServiceLog,
  overrides: TransportOverrides,
): Promise<Steps> => {
  const loaded = settings.plugins === null ? [] : await loadPlugins(settings.plugins);
  const { trustedDocuments: files, trustedDocumentsMode: mode } = settings;
  const intervalMs = overrides.documentsIntervalMs ?? DOCUMENTS_INTERVAL_MS;
  const trusted = files.length === 0 ? null : new TrustedDocuments({ files, mode, intervalMs, log });
  await trusted?.readFirst();
  const plugins = [...loaded, ...(overrides.plugins ?? [])];
  return { plugins, trusted, documents: createDocumentPolicy(trusted) };
};

/** HTTP, SSE and WebSocket on one server, which does not listen yet. */
export const createTransports = (
  settings: Settings,
  log: ServiceLog,
  overrides: TransportOverrides,
  { plugins, documents }: Steps,
  { services, authenticate, metrics, rateLimits, isClosing, isStoreReliable, readParts }: Served,
  isCatalogueCurrent: CatalogueLayer['isCurrent'],
): Transports => {
  const shared = {
    authenticate,
    originPolicy: { loopbackOnly: isLoopback(settings.host), allowedOrigins: settings.allowedOrigins },
    maskError: createErrorMask(log, (code, cause) => {
      metrics.errorTold(code);
      if (cause instanceof BudgetExceeded) metrics.budgetRefused(cause.budget);
    }),
    rateLimits,
    heartbeatMs: settings.heartbeatMs,
    documents,
    providerKeyReader: new ProviderKeyReader(settings.providerKeys, () =>
      keyedProvidersOf(services.catalogue),
    ),
    log,
  };
  const limits = { ...DEFAULT_LIMITS, ...overrides.limits };
  const yoga = createYogaServer({
    ...settings,
    ...shared,
    schema: createSchema(settings),
    services,
    limits,
    isClosing,
    readinessChecks: { store: isStoreReliable },
    isCatalogueCurrent,
    isLimitingAlone: () => rateLimits.isLocal(),
    readParts,
    metrics,
    servesMetrics: settings.metrics,
    playground: servesPlayground(settings),
    plugins,
  });
  const server = createHttpServer({ yoga, isClosing, log });
  const sockets = serveWebSockets(server, {
    ...shared,
    yoga,
    streamOpened: (transport) => metrics.streamOpened(transport),
    onRefused: (code) => metrics.errorTold(code),
    limits: {
      ...WEBSOCKET_LIMITS,
      maxPayloadBytes: settings.maxBodyBytes,
      maxPayloadValues: maxBodyValuesOf(limits),
      ...overrides.webSocketLimits,
    },
  });
  return { server, sockets };
};
