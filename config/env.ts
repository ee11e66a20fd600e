import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { ConfiguredProvider } from '../src/core/configured-provider.ts';
import { ModelgraphError } from '../src/core/errors.ts';
import { isLoopback } from '../src/core/is-loopback.ts';
import type { JwtRules } from '../src/core/jwt-rules.ts';
import { FORWARDED_HEADERS } from '../src/core/proxy-policy.ts';
import { BUILT_IN_NAMES } from './configured/built-in-names.ts';
import { readProvidersFile } from './configured/read-providers-file.ts';
import { apiKey } from './api-key.ts';
import { allowedOrigin } from './allowed-origin.ts';
import { documentAddress, jsonPath } from './document-address.ts';
import { readJwtRules } from './jwt-settings.ts';
import { isNetwork, type LimitSettings, toLimitSettings } from './limit-settings.ts';
import { type Variable, VARIABLES } from './variables.ts';

export interface ProviderSettings {
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
}

/** A key of this server: `mg_<id>_<secret>`, of which only the SHA-256 is stored. */
export interface ApiKeySetting {
  readonly id: string;
  readonly sha256: string;
}

/** The receiver of the webhooks for ended batches. */
export interface WebhookSettings {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  readonly allowPrivate: boolean;
}

/** All settings, read once at the start. Durations in milliseconds, sizes in bytes. */
export interface Settings extends LimitSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** null: nothing survives a restart. */
  readonly dataDirectory: string | null;
  /** PostgreSQL; null: the SQLite file in the data directory. */
  readonly databaseUrl: string | null;
  /** The same database without a connection pooler, for LISTEN; null: the same as `databaseUrl`. */
  readonly databaseDirectUrl: string | null;
  readonly eventRetentionMs: number;
  readonly retentionMs: number;
  /** How long the ledger is kept. */
  readonly ledgerRetentionMs: number;
  /** What becomes of requests under a budget to models without a known price. */
  readonly unpriced: 'refuse' | 'allow';
  /** The file that describes more providers; null: there is none. */
  readonly providersFile: string | null;
  /** The operator's own words on the catalogue, a JSON file; null: none. */
  readonly catalogueFile: string | null;
  /** The document that the catalogue is refreshed from, an address or a path; null: none. */
  readonly catalogueUrl: string | null;
  readonly catalogueRefreshMs: number;
  /** Whether vendors are asked for their lists of models. */
  readonly vendorLists: boolean;
  /** Whether ids that the catalogue does not know are sent to their vendors. */
  readonly unknownModels: 'refuse' | 'allow';
  /** What the alias `default` leads to; null: it is found out. */
  readonly defaultModel: string | null;
  /** Module with the operator's own plugins; null: none. */
  readonly plugins: string | null;
  /** The providers of that file. */
  readonly configuredProviders: readonly ConfiguredProvider[];
  readonly apiKeys: readonly ApiKeySetting[];
  /** The operator's rules for access, a JSON file; null: none. */
  readonly accessFile: string | null;
  /** Which tokens of an identity provider let a user in; null: none do. */
  readonly jwt: JwtRules | null;
  /** Origins besides the server's own and loopback ones whose pages may call this server. */
  readonly allowedOrigins: readonly string[];
  readonly introspection: boolean;
  readonly playground: boolean;
  readonly metrics: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly connectTimeoutMs: number;
  readonly firstDeltaTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  /** 0: no circuit ever opens. */
  readonly circuitFailures: number;
  readonly disconnectGraceMs: number;
  readonly coalesceMs: number;
  readonly heartbeatMs: number;
  readonly shutdownGraceMs: number;
  readonly demoDelayMs: number;
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  readonly maxBatchFileBytes: number;
  /** Concurrent requests of batches whose provider has no batch API. */
  readonly batchConcurrency: number;
  /** null: no webhooks. */
  readonly webhook: WebhookSettings | null;
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  /** Variables with our prefix that no setting is read from; most likely they are misspelt. */
  readonly unknownVariables: readonly string[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: ({ input }) => `must be a whole number from ${least} to ${most}, not "${String(input)}"`,
    })
    .transform(Number);
const milliseconds = (least: number) => wholeNumber(least, 86_400_000);
const oneOf = <const T extends readonly string[]>(words: T) =>
  z.enum(words, {
    error: ({ input }) => `must be one of ${words.join(', ')}, not "${String(input)}"`,
  });
/** 0: as much as is asked for. */
const mostAtOnce = wholeNumber(0, 1_000_000_000);
const bytes = wholeNumber(1_024, 1_073_741_824);
const onOff = oneOf(['on', 'off']).transform((value) => value === 'on');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
/** Its value is never quoted, because it contains a password. */
const databaseUrl = z
  .string()
  .refine((text) => text === '' || /^postgres(ql)?:\/\//.test(text), 'must be a postgres:// address')
  .transform((text) => (text === '' ? null : text));
/** Its value is never quoted. A secret of fewer than 24 bytes could be guessed. */
const webhookSecret = z
  .string()
  .refine(
    (text) => text === '' || /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text),
    'must be whsec_ and at least 24 bytes in base64; `openssl rand -base64 32` creates them',
  )
  .transform((text) => (text === '' ? null : text));
const optionalText = z.string().transform((text) => (text === '' ? null : text));

const SCHEMA = z.object({
  HOST: z.string().min(1),
  PORT: wholeNumber(0, 65_535),
  MODELGRAPH_DATA: z.string().transform((path) => (path === 'memory' ? null : path)),
  DATABASE_URL: databaseUrl,
  DATABASE_DIRECT_URL: databaseUrl,
  MODELGRAPH_EVENT_RETENTION_MS: milliseconds(0),
  MODELGRAPH_RETENTION_DAYS: wholeNumber(1, 3_650),
  MODELGRAPH_LEDGER_RETENTION_DAYS: wholeNumber(1, 3_650),
  MODELGRAPH_BUDGET_UNPRICED: oneOf(['refuse', 'allow']),
  MODELGRAPH_PROVIDERS: optionalText,
  MODELGRAPH_CATALOGUE: jsonPath,
  MODELGRAPH_CATALOGUE_URL: documentAddress,
  MODELGRAPH_CATALOGUE_REFRESH_HOURS: wholeNumber(1, 720),
  MODELGRAPH_VENDOR_LISTS: onOff,
  MODELGRAPH_UNKNOWN_MODELS: oneOf(['refuse', 'allow']),
  MODELGRAPH_DEFAULT_MODEL: optionalText,
  MODELGRAPH_PLUGINS: optionalText,
  MODELGRAPH_API_KEYS: list.pipe(
    z
      .array(apiKey)
      .refine(
        (keys) => new Set(keys.map(({ id }) => id)).size === keys.length,
        'has two keys with the same id',
      ),
  ),
  MODELGRAPH_ACCESS: jsonPath,
  MODELGRAPH_JWT_ISSUER: z.string(),
  MODELGRAPH_JWT_AUDIENCE: list,
  MODELGRAPH_JWT_JWKS_URL: z.string(),
  MODELGRAPH_JWT_PUBLIC_KEY: z.string(),
  MODELGRAPH_JWT_SECRET: z.string(),
  MODELGRAPH_JWT_ALGORITHMS: list,
  MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 600),
  MODELGRAPH_ALLOWED_ORIGINS: list.pipe(z.array(allowedOrigin)),
  MODELGRAPH_TRUSTED_PROXIES: list.pipe(
    z.array(z.string().refine(isNetwork, 'must be an address, or a network such as 10.0.0.0/8 or fd00::/8')),
  ),
  MODELGRAPH_FORWARDED_HEADER: oneOf(FORWARDED_HEADERS),
  MODELGRAPH_ADDRESS_REQUESTS_PER_MINUTE: mostAtOnce,
  MODELGRAPH_ADDRESS_SOCKETS: mostAtOnce,
  MODELGRAPH_PRINCIPAL_SOCKETS: mostAtOnce,
  MODELGRAPH_PRINCIPAL_GENERATIONS: mostAtOnce,
  MODELGRAPH_INTROSPECTION: onOff,
  MODELGRAPH_PLAYGROUND: onOff,
  MODELGRAPH_METRICS: onOff,
  MODELGRAPH_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
  MODELGRAPH_CONNECT_TIMEOUT_MS: milliseconds(1),
  MODELGRAPH_FIRST_DELTA_TIMEOUT_MS: milliseconds(1),
  MODELGRAPH_IDLE_TIMEOUT_MS: milliseconds(1),
  MODELGRAPH_TIMEOUT_MS: milliseconds(1),
  MODELGRAPH_MAX_ATTEMPTS: wholeNumber(1, 10),
  MODELGRAPH_MAX_RETRY_WAIT_MS: milliseconds(0),
  MODELGRAPH_CIRCUIT_FAILURES: wholeNumber(0, 1_000),
  MODELGRAPH_DISCONNECT_GRACE_MS: milliseconds(0),
  MODELGRAPH_COALESCE_MS: wholeNumber(0, 1_000),
  MODELGRAPH_HEARTBEAT_MS: milliseconds(100),
  MODELGRAPH_SHUTDOWN_GRACE_MS: milliseconds(0),
  MODELGRAPH_DEMO_DELAY_MS: milliseconds(0),
  MODELGRAPH_MAX_BODY_BYTES: bytes,
  MODELGRAPH_MAX_UPLOAD_BYTES: bytes,
  MODELGRAPH_MAX_BATCH_FILE_BYTES: bytes,
  MODELGRAPH_BATCH_CONCURRENCY: wholeNumber(1, 1_000),
  MODELGRAPH_WEBHOOK_URL: z.string().transform((text) => (text === '' ? null : text)),
  MODELGRAPH_WEBHOOK_SECRET: webhookSecret,
  MODELGRAPH_WEBHOOK_ALLOW_PRIVATE: onOff,
} satisfies Record<(typeof VARIABLES)[number]['name'], z.ZodType>);

const withDefaults = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    VARIABLES.map(({ name, default: fallback }: Variable) => {
      const given = environment[name]?.trim();
      return [name, given === undefined || given === '' ? fallback : given];
    }),
  );

/** Variables that the clients in this repository read. */
const CLIENT_VARIABLES = ['MODELGRAPH_URL', 'MODELGRAPH_API_KEY'];

const findUnknownVariables = (environment: Environment): string[] => {
  const known = new Set<string>([...VARIABLES.map(({ name }) => name), ...CLIENT_VARIABLES]);
  return Object.keys(environment).filter((name) => name.startsWith('MODELGRAPH_') && !known.has(name));
};

const present = (environment: Environment, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return null;
};

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Names of the variables that configure a provider: its key and its address. */
export const providerVariables = (provider: string): { readonly key: string; readonly baseUrl: string } => {
  const prefix = provider.toUpperCase().replaceAll('-', '_');
  return { key: `${prefix}_API_KEY`, baseUrl: `${prefix}_BASE_URL` };
};

const readWebhook = (values: z.output<typeof SCHEMA>, problems: string[]): WebhookSettings | null => {
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

/** Other variables that a provider's key is read from. */
export const OTHER_KEY_NAMES: Readonly<Record<string, readonly string[]>> = { gemini: ['GOOGLE_API_KEY'] };

const readProviders = (
  environment: Environment,
  providers: readonly string[],
  problems: string[],
): Record<string, ProviderSettings> =>
  Object.fromEntries(
    providers.map((provider) => {
      const names = providerVariables(provider);
      const baseUrl = present(environment, names.baseUrl);
      if (baseUrl !== null && !isHttpUrl(baseUrl))
        problems.push(`${names.baseUrl}: must be an http or https address`);
      const apiKeyValue = present(environment, names.key, ...(OTHER_KEY_NAMES[provider] ?? []));
      return [provider, { apiKey: apiKeyValue, baseUrl }];
    }),
  );

const toCatalogueSettings = (values: z.output<typeof SCHEMA>) => ({
  catalogueFile: values.MODELGRAPH_CATALOGUE,
  catalogueUrl: values.MODELGRAPH_CATALOGUE_URL,
  catalogueRefreshMs: values.MODELGRAPH_CATALOGUE_REFRESH_HOURS * HOUR_MS,
  vendorLists: values.MODELGRAPH_VENDOR_LISTS,
  unknownModels: values.MODELGRAPH_UNKNOWN_MODELS,
  defaultModel: values.MODELGRAPH_DEFAULT_MODEL,
});

/**
 * Parses an environment into settings. Throws one error that names every invalid variable, with its value unless that
 * may be a secret.
 */
export const parseSettings = (environment: Environment, providers: readonly string[]): Settings => {
  const problems: string[] = [];
  const given = withDefaults(environment);
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
  if (values === undefined || problems.length > 0) {
    const lines = problems.map((problem) => `- ${problem}`).join('\n');
    throw new ModelgraphError('INTERNAL', `The configuration is invalid:\n${lines}`);
  }
  return {
    host: values.HOST,
    port: values.PORT,
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
    playground: values.MODELGRAPH_PLAYGROUND,
    metrics: values.MODELGRAPH_METRICS,
    logLevel: values.MODELGRAPH_LOG_LEVEL,
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

const readDotEnv = (path: string): Environment => {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
};

/** The settings with the providers of their file, each with its key from the environment. Throws for an invalid file. */
export const withProvidersFile = (settings: Settings, environment: Environment): Settings => {
  if (settings.providersFile === null) return settings;
  const configuredProviders = readProvidersFile(settings.providersFile, BUILT_IN_NAMES);
  const keys = configuredProviders.map(({ name, keyVariable }) => {
    const key = keyVariable === null ? null : present(environment, keyVariable);
    return [name, { apiKey: key, baseUrl: null }] as const;
  });
  return {
    ...settings,
    configuredProviders,
    providers: { ...settings.providers, ...Object.fromEntries(keys) },
  };
};

/**
 * The settings of this process: from its environment, then from `.env` in the working directory, then the defaults; with
 * the providers of the file that they name.
 */
export const readSettings = (providers: readonly string[]): Settings => {
  const environment = { ...readDotEnv('.env'), ...process.env };
  return withProvidersFile(parseSettings(environment, providers), environment);
};
