import type { ConfiguredProvider } from '../src/core/configured-provider.ts';
import type { JwtRules } from '../src/core/jwt-rules.ts';
import type { ProviderKeysMode } from '../src/core/provider-keys.ts';
import type { KeySettings } from './parse-keys.ts';
import type { LimitSettings } from './limit-settings.ts';
import type { TrustedDocumentsSettings } from './trusted-documents.ts';

export interface ProviderSettings extends KeySettings {
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
export interface Settings extends TrustedDocumentsSettings, LimitSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Processes that serve the port together. 1: this one alone. */
  readonly workers: number;
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
  readonly federation: boolean;
  /** Whether callers may, or have to, bring keys of their own for providers. */
  readonly providerKeys: ProviderKeysMode;
  readonly metrics: boolean;
  /** How many principals are counted each; 0: none is. */
  readonly metricsPrincipals: number;
  /** Whether prompts and answers become attributes of spans. */
  readonly traceContent: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: for people in a terminal, JSON elsewhere. */
  readonly logFormat: 'auto' | 'pretty' | 'json';
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
