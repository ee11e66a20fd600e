import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { FORWARDED_HEADERS } from '../src/core/proxy-policy.ts';
import { PROVIDER_KEYS_MODES } from '../src/core/provider-keys.ts';
import { allowedOrigin } from './allowed-origin.ts';
import { documentAddress, jsonPath } from './document-address.ts';
import { isNetwork } from './limit-settings.ts';
import type { VARIABLES } from './variables.ts';

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
/** Texts separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
/** Whether every part of an address can be read: clients of PostgreSQL decode its user, its password and its path. */
const isReadable = (text: string): boolean => {
  try {
    const { username, password, pathname } = new URL(text);
    return [username, password, pathname].every((part) => decodeURIComponent(part) !== undefined);
  } catch {
    return false;
  }
};
/** Its value is never quoted, because it contains a password. */
const databaseUrl = z
  .string()
  .refine((text) => text === '' || /^postgres(ql)?:\/\//.test(text), {
    error: 'must be a postgres:// address',
    abort: true,
  })
  .refine(
    (text) => text === '' || isReadable(text),
    'cannot be read as an address: in a user or a password, write @ as %40, / as %2F, # as %23, ? as %3F and % as %25; ' +
      'the folder of a socket is named at its end, as in postgres://me@localhost/app?host=/run/postgresql',
  )
  .transform((text) => (text === '' ? null : text));
/** Its value is never quoted. A secret of fewer than 24 bytes could be guessed. */
const webhookSecret = z
  .string()
  .refine(
    (text) => text === '' || /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text),
    'must be whsec_ and at least 24 bytes in base64; `openssl rand -base64 32` creates them',
  )
  .transform((text) => (text === '' ? null : text));
/** Each is a process with a heap of its own: more than any machine has cores is a mistake. */
const MOST_WORKERS = 256;
const workers = z
  .string()
  .refine(
    (text) => text === 'auto' || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_WORKERS),
    {
      error: ({ input }) =>
        `must be a whole number from 1 to ${MOST_WORKERS}, or auto, not "${String(input)}"`,
    },
  )
  .transform((text) => (text === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : Number(text)));
const optionalText = z.string().transform((text) => (text === '' ? null : text));

const apiKey = z
  .string()
  .regex(/^[a-z0-9]{1,32}:[0-9a-f]{64}$/, {
    error: 'must be <id>:<sha256 in hex>; `npm run key` creates one',
    abort: true,
  })
  .transform((entry) => {
    const [id = '', sha256 = ''] = entry.split(':');
    return { id, sha256 };
  });

/** The form of each variable, and what becomes of its text. */
export const SCHEMA = z.object({
  HOST: z.string().min(1),
  PORT: wholeNumber(0, 65_535),
  MODELGRAPH_WORKERS: workers,
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
  MODELGRAPH_FEDERATION: onOff,
  MODELGRAPH_PLAYGROUND: onOff,
  MODELGRAPH_TRUSTED_DOCUMENTS: list,
  MODELGRAPH_TRUSTED_DOCUMENTS_MODE: z
    .string()
    .transform((mode) => (mode === '' ? 'only' : mode))
    .pipe(oneOf(['only', 'also'])),
  MODELGRAPH_PROVIDER_KEYS: oneOf(PROVIDER_KEYS_MODES),
  MODELGRAPH_METRICS: onOff,
  MODELGRAPH_METRICS_PRINCIPALS: wholeNumber(0, 10_000),
  MODELGRAPH_TRACE_CONTENT: onOff,
  MODELGRAPH_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
  MODELGRAPH_LOG_FORMAT: oneOf(['auto', 'pretty', 'json']),
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

export type Values = z.output<typeof SCHEMA>;
