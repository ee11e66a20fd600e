import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { ServiceLog } from '../core/service-log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Authenticate } from '../services/principals/authenticator.ts';
import { createContext, type HttpContext, type Services } from './context.ts';
import { createDocumentCache } from './document-cache.ts';
import type { ReadinessChecks } from './health.ts';
import type { OperationLimits } from './limits.ts';
import type { MaskError } from './mask-error.ts';
import type { OriginPolicy } from './origin.ts';
import { GRAPHQL_PATH } from './paths.ts';
import { useAddressLimits } from './plugins/use-address-limits.ts';
import { useAnswerLimit } from './plugins/use-answer-limit.ts';
import { useAuthentication } from './plugins/use-authentication.ts';
import { useCompiledSelection } from './plugins/use-compiled-selection.ts';
import { useCors } from './plugins/use-cors.ts';
import { useCsrfPrevention } from './plugins/use-csrf-prevention.ts';
import { useErrorPolicy } from './plugins/use-error-policy.ts';
import { useEventStream } from './plugins/use-event-stream.ts';
import { useHttpMethods } from './plugins/use-http-methods.ts';
import { useMetricsEndpoint } from './plugins/use-metrics-endpoint.ts';
import { useOperationLimits } from './plugins/use-operation-limits.ts';
import { useOriginPolicy } from './plugins/use-origin-policy.ts';
import { usePlayground } from './plugins/use-playground.ts';
import type { HealthParts } from './health-parts.ts';
import { useProviderKeys } from './plugins/use-provider-keys.ts';
import { useRateLimits } from './plugins/use-rate-limits.ts';
import { useReadiness } from './plugins/use-readiness.ts';
import { useRequestParameters } from './plugins/use-request-parameters.ts';
import { useUnknownPaths } from './plugins/use-unknown-paths.ts';
import { useTrustedDocuments } from './plugins/use-trusted-documents.ts';
import { useUploads } from './plugins/use-uploads.ts';
import type { ServerPlugin } from './plugin.ts';
import type { Yoga } from './prepare-operation.ts';
import { ProviderKeyReader } from './provider-keys.ts';
import type { RateLimits } from './rate-limits.ts';
import { createDocumentPolicy, type DocumentPolicy } from './trusted-documents/resolve-document.ts';

export interface YogaOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly limits: OperationLimits;
  readonly rateLimits: RateLimits;
  readonly introspection: boolean;
  readonly authenticate: Authenticate;
  readonly originPolicy: OriginPolicy;
  readonly playground: boolean;
  readonly maxBodyBytes: number;
  /** For multipart requests, which carry uploads. */
  readonly maxUploadBytes: number;
  /** For those among them that hand in a batch. */
  readonly maxBatchFileBytes: number;
  readonly heartbeatMs: number;
  readonly isClosing: () => boolean;
  readonly readinessChecks: ReadinessChecks;
  /** Whether every source of the catalogue was taken. Left out or null: it has none that is read again. */
  readonly isCatalogueCurrent?: (() => boolean) | null;
  /** Whether rate limits are counted by this server alone. Left out: they are not. */
  readonly isLimitingAlone?: () => boolean;
  /** Left out: the parts of the server are shown to none. */
  readonly readParts?: () => HealthParts;
  /** Left out: every request carries the text of its document. */
  readonly documents?: DocumentPolicy;
  /** Left out: callers bring no keys for providers. */
  readonly providerKeyReader?: ProviderKeyReader;
  readonly metrics: Metrics;
  /** Whether metrics are served. */
  readonly servesMetrics: boolean;
  readonly maskError: MaskError;
  /** The operator's own steps, after those of the server. */
  readonly plugins: readonly ServerPlugin[];
  readonly log: ServiceLog;
}

/** The steps of the server in their order; each hook runs through them from first to last. */
const listPlugins = (options: YogaOptions): readonly ServerPlugin[] => {
  const { authenticate, originPolicy, metrics, maskError, introspection, rateLimits } = options;
  return [
    useOriginPolicy(originPolicy),
    useCors(originPolicy),
    useReadiness({ ...options, isCatalogueCurrent: options.isCatalogueCurrent ?? null }),
    useAddressLimits(rateLimits),
    ...(options.servesMetrics ? [useMetricsEndpoint(metrics, authenticate)] : []),
    ...(options.playground ? [usePlayground()] : []),
    useUnknownPaths(),
    useHttpMethods(),
    useCsrfPrevention(),
    useAuthentication(authenticate, (code) => metrics.errorTold(code)),
    useRateLimits(rateLimits),
    useProviderKeys(options.providerKeyReader ?? new ProviderKeyReader('off', () => [])),
    useTrustedDocuments(options.documents ?? createDocumentPolicy(null)),
    useRequestParameters(options),
    useUploads(options),
    useOperationLimits(options),
    useAnswerLimit(),
    useErrorPolicy(maskError),
    useEventStream({ ...options, streamOpened: (transport) => metrics.streamOpened(transport) }),
    useCompiledSelection(maskError, { hideSuggestions: !introspection }),
    ...options.plugins,
  ];
};

const toYogaLog = (log: ServiceLog) => {
  const write = (level: 'info' | 'warn' | 'error') => (first: unknown, message?: unknown) =>
    log[level]({ err: first }, typeof message === 'string' ? message : 'graphql-yoga');
  return { info: write('info'), warn: write('warn'), error: write('error') };
};

/** GraphQL over HTTP and SSE by graphql-yoga; a WebSocket's operations go through `getEnveloped`, so through the same steps. */
export const createYogaServer = (options: YogaOptions): Yoga =>
  createYoga<HttpContext, object>({
    schema: options.schema,
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [...listPlugins(options)],
    context: createContext(options.services, options),
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
    // Each of these is a step of its own above, for bodies that go to disk, bounds that hold on every transport, and
    // answers that carry a code.
    multipart: false,
    maxRequestBodySize: false,
    maskedErrors: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    // Yoga's own answers before every plugin, to foreign names as well: it is given no path that a request can have.
    healthCheckEndpoint: '\n',
    logging: { debug: () => undefined, ...toYogaLog(options.log) },
  });
