import { isLoopback } from '../src/core/is-loopback.ts';
import { BUILT_IN_NAMES } from './configured/built-in-names.ts';
import { readProvidersFile } from './configured/read-providers-file.ts';
import { ConfigurationInvalid } from './configuration-invalid.ts';
import { isHttpUrl } from './is-http-url.ts';
import { readJwtRules } from './jwt-settings.ts';
import { type Environment, readConfiguredProviders, readProviders } from './provider-settings.ts';
import { toLimitSettings } from './limit-settings.ts';
import { readDotEnv } from './read-dot-env.ts';
import { list, SCHEMA, type Values } from './settings-schema.ts';
import type { Settings, WebhookSettings } from './settings.ts';
import { listDocumentsProblems } from './trusted-documents.ts';
import { type Variable, VARIABLES } from './variables.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const withDefaults = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    VARIABLES.map(({ name, default: fallback }: Variable) => {
      const given = environment[name]?.trim();
      return [name, given === undefined || given === '' ? fallback : given];
    }),
  );

/**
 * Each worker is a node of its own, which no SQLite file has room for. `auto` is refused as well, whatever this machine has:
 * the same configuration starts on every machine or on none.
 */
const listWorkersProblems = ({
  MODELGRAPH_WORKERS: workers,
  DATABASE_URL: url,
}: Record<string, string>): readonly string[] =>
  workers === '1' || url !== ''
    ? []
    : [
        'MODELGRAPH_WORKERS: several workers share a PostgreSQL database: set DATABASE_URL, or leave MODELGRAPH_WORKERS at 1',
      ];

/** Variables that the clients in this repository read. */
const CLIENT_VARIABLES = ['MODELGRAPH_URL', 'MODELGRAPH_API_KEY'];

const findUnknownVariables = (environment: Environment): string[] => {
  const known = new Set<string>([...VARIABLES.map(({ name }) => name), ...CLIENT_VARIABLES]);
  return Object.keys(environment).filter((name) => name.startsWith('MODELGRAPH_') && !known.has(name));
};

const readWebhook = (values: Values, problems: string[]): WebhookSettings | null => {
  const { MODELGRAPH_WEBHOOK_URL: url, MODELGRAPH_WEBHOOK_SECRET: secret } = values;
  const { MODELGRAPH_WEBHOOK_ALLOW_PRIVATE: allowPrivate } = values;
  if (url === null) return null;
  if (!isHttpUrl(url) || (!allowPrivate && new URL(url).protocol !== 'https:'))
    problems.push(
      'MODELGRAPH_WEBHOOK_URL: must be an https address, or an http one with MODELGRAPH_WEBHOOK_ALLOW_PRIVATE=on',
    );
  if (secret === null) problems.push('MODELGRAPH_WEBHOOK_SECRET: is required with MODELGRAPH_WEBHOOK_URL');
  return { url, secret: secret ?? '', allowPrivate };
};

const toCatalogueSettings = (values: Values) => ({
  catalogueFile: values.MODELGRAPH_CATALOGUE,
  catalogueUrl: values.MODELGRAPH_CATALOGUE_URL,
  catalogueRefreshMs: values.MODELGRAPH_CATALOGUE_REFRESH_HOURS * HOUR_MS,
  vendorLists: values.MODELGRAPH_VENDOR_LISTS,
  unknownModels: values.MODELGRAPH_UNKNOWN_MODELS,
  defaultModel: values.MODELGRAPH_DEFAULT_MODEL,
});

const toTelemetrySettings = (values: Values) => ({
  metrics: values.MODELGRAPH_METRICS,
  metricsPrincipals: values.MODELGRAPH_METRICS_PRINCIPALS,
  traceContent: values.MODELGRAPH_TRACE_CONTENT,
  logLevel: values.MODELGRAPH_LOG_LEVEL,
  logFormat: values.MODELGRAPH_LOG_FORMAT,
});

/** What a request may carry. */
const toRequestSettings = (values: Values) => ({
  trustedDocuments: values.MODELGRAPH_TRUSTED_DOCUMENTS,
  trustedDocumentsMode: values.MODELGRAPH_TRUSTED_DOCUMENTS_MODE,
  providerKeys: values.MODELGRAPH_PROVIDER_KEYS,
});

/**
 * Parses an environment into settings. Throws one error that names every invalid variable, with its value unless that
 * may be a secret.
 */
export const parseSettings = (environment: Environment, providers: readonly string[]): Settings => {
  const given = withDefaults(environment);
  const problems = [...listDocumentsProblems(given), ...listWorkersProblems(given)];
  const parsed = SCHEMA.safeParse(given);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [name, index] = path;
    const entry = typeof index === 'number' ? `entry ${index + 1} ` : '';
    problems.push(`${String(name)}: ${entry}${message}`);
  }
  const providerSettings = readProviders(environment, providers, problems);
  const values = parsed.data;
  const { HOST: host = '' } = given;
  const asksWho = ['MODELGRAPH_API_KEYS', 'MODELGRAPH_ACCESS', 'MODELGRAPH_JWT_ISSUER'].some(
    (name) => list.parse(given[name] ?? '').length > 0,
  );
  if (!isLoopback(host) && !asksWho)
    problems.push(
      `HOST: ${host} can be reached from other machines without a key: set MODELGRAPH_API_KEYS, or listen on 127.0.0.1`,
    );
  const jwt = values === undefined ? null : readJwtRules(values, problems);
  const webhook = values === undefined ? null : readWebhook(values, problems);
  if (values === undefined || problems.length > 0) throw new ConfigurationInvalid(problems);
  return {
    host: values.HOST,
    port: values.PORT,
    workers: values.MODELGRAPH_WORKERS,
    dataDirectory: values.MODELGRAPH_DATA,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    eventRetentionMs: values.MODELGRAPH_EVENT_RETENTION_MS,
    retentionMs: values.MODELGRAPH_RETENTION_DAYS * DAY_MS,
    ledgerRetentionMs: values.MODELGRAPH_LEDGER_RETENTION_DAYS * DAY_MS,
    unpriced: values.MODELGRAPH_BUDGET_UNPRICED,
    providersFile: values.MODELGRAPH_PROVIDERS,
    ...toCatalogueSettings(values),
    plugins: values.MODELGRAPH_PLUGINS,
    configuredProviders: [],
    apiKeys: values.MODELGRAPH_API_KEYS,
    accessFile: values.MODELGRAPH_ACCESS,
    jwt,
    allowedOrigins: values.MODELGRAPH_ALLOWED_ORIGINS,
    ...toLimitSettings(values),
    introspection: values.MODELGRAPH_INTROSPECTION,
    federation: values.MODELGRAPH_FEDERATION,
    playground: values.MODELGRAPH_PLAYGROUND,
    ...toRequestSettings(values),
    ...toTelemetrySettings(values),
    connectTimeoutMs: values.MODELGRAPH_CONNECT_TIMEOUT_MS,
    firstDeltaTimeoutMs: values.MODELGRAPH_FIRST_DELTA_TIMEOUT_MS,
    idleTimeoutMs: values.MODELGRAPH_IDLE_TIMEOUT_MS,
    timeoutMs: values.MODELGRAPH_TIMEOUT_MS,
    maxAttempts: values.MODELGRAPH_MAX_ATTEMPTS,
    maxRetryWaitMs: values.MODELGRAPH_MAX_RETRY_WAIT_MS,
    circuitFailures: values.MODELGRAPH_CIRCUIT_FAILURES,
    disconnectGraceMs: values.MODELGRAPH_DISCONNECT_GRACE_MS,
    coalesceMs: values.MODELGRAPH_COALESCE_MS,
    heartbeatMs: values.MODELGRAPH_HEARTBEAT_MS,
    shutdownGraceMs: values.MODELGRAPH_SHUTDOWN_GRACE_MS,
    demoDelayMs: values.MODELGRAPH_DEMO_DELAY_MS,
    maxBodyBytes: values.MODELGRAPH_MAX_BODY_BYTES,
    maxUploadBytes: values.MODELGRAPH_MAX_UPLOAD_BYTES,
    maxBatchFileBytes: values.MODELGRAPH_MAX_BATCH_FILE_BYTES,
    batchConcurrency: values.MODELGRAPH_BATCH_CONCURRENCY,
    webhook,
    providers: providerSettings,
    unknownVariables: findUnknownVariables(environment),
  };
};

/** The settings with the providers of their file, each with its key from the environment. Throws for an invalid file. */
export const withProvidersFile = (settings: Settings, environment: Environment): Settings => {
  if (settings.providersFile === null) return settings;
  const configuredProviders = readProvidersFile(settings.providersFile, BUILT_IN_NAMES);
  const problems: string[] = [];
  const providers = readConfiguredProviders(environment, configuredProviders, problems);
  if (problems.length > 0) throw new ConfigurationInvalid(problems);
  return {
    ...settings,
    configuredProviders,
    providers: { ...settings.providers, ...providers },
  };
};

/** The variables of this process, which stand over those of `.env` in the working directory. */
export const readEnvironment = (): Environment => ({ ...readDotEnv('.env'), ...process.env });

/**
 * The settings of this process: from the given variables, its environment, `.env`, then the defaults; with the providers
 * of the file that they name.
 */
export const readSettings = (providers: readonly string[], given: Environment = {}): Settings => {
  const environment = { ...readEnvironment(), ...given };
  return withProvidersFile(parseSettings(environment, providers), environment);
};
