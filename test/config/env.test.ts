import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { VARIABLES } from '../../config/variables.ts';

const HASH = 'a'.repeat(64);
const SECRET = `whsec_${'A'.repeat(32)}`;

const problemsOf = (environment: Record<string, string>, providers: readonly string[] = []): string[] => {
  try {
    parseSettings(environment, providers);
  } catch (error) {
    const [title, ...problems] = (error as Error).message.split('\n');
    expect(title).toBe('The configuration is invalid:');
    return problems.map((problem) => problem.replace(/^- /, ''));
  }
  return [];
};

describe('the settings', () => {
  it('have a default for every variable', () => {
    expect(parseSettings({}, ['demo'])).toMatchInlineSnapshot(`
      {
        "accessFile": null,
        "addressRequestsPerMinute": null,
        "addressSockets": null,
        "allowedOrigins": [],
        "apiKeys": [],
        "batchConcurrency": 4,
        "catalogueFile": null,
        "catalogueRefreshMs": 86400000,
        "catalogueUrl": null,
        "circuitFailures": 5,
        "coalesceMs": 0,
        "configuredProviders": [],
        "connectTimeoutMs": 10000,
        "dataDirectory": "./data",
        "databaseDirectUrl": null,
        "databaseUrl": null,
        "defaultModel": null,
        "demoDelayMs": 20,
        "disconnectGraceMs": 10000,
        "eventRetentionMs": 900000,
        "federation": false,
        "firstDeltaTimeoutMs": 300000,
        "forwardedHeader": "x-forwarded-for",
        "heartbeatMs": 12000,
        "host": "127.0.0.1",
        "idleTimeoutMs": 120000,
        "introspection": true,
        "jwt": null,
        "ledgerRetentionMs": 34560000000,
        "logFormat": "auto",
        "logLevel": "info",
        "maxAttempts": 3,
        "maxBatchFileBytes": 209715200,
        "maxBodyBytes": 4194304,
        "maxRetryWaitMs": 20000,
        "maxUploadBytes": 26214400,
        "metrics": true,
        "metricsPrincipals": 0,
        "playground": true,
        "plugins": null,
        "port": 4000,
        "principalGenerations": 1000,
        "principalSockets": 1000,
        "providerKeys": "off",
        "providers": {
          "demo": {
            "apiKey": null,
            "baseUrl": null,
          },
        },
        "providersFile": null,
        "retentionMs": 2592000000,
        "shutdownGraceMs": 10000,
        "timeoutMs": 900000,
        "traceContent": false,
        "trustedDocuments": [],
        "trustedDocumentsMode": "only",
        "trustedProxies": [],
        "unknownModels": "refuse",
        "unknownVariables": [],
        "unpriced": "refuse",
        "vendorLists": false,
        "webhook": null,
        "workers": 1,
      }
    `);
  });

  it('take each variable as it is documented, and an empty one as unset', () => {
    const defaults = Object.fromEntries(VARIABLES.map((variable) => [variable.name, variable.default]));
    const empty = Object.fromEntries(VARIABLES.map(({ name }) => [name, ' ']));
    expect(parseSettings(defaults, ['demo'])).toEqual(parseSettings({}, ['demo']));
    expect(parseSettings({ ...empty, DEMO_API_KEY: ' ', DEMO_BASE_URL: '' }, ['demo'])).toEqual(
      parseSettings({}, ['demo']),
    );
  });

  it('read every variable', () => {
    expect(
      parseSettings(
        {
          HOST: ' 0.0.0.0 ',
          PORT: '0',
          MODELGRAPH_DATA: '/var/lib/modelgraph',
          MODELGRAPH_API_KEYS: `one:${HASH}, two:${HASH},`,
          MODELGRAPH_ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080',
          MODELGRAPH_INTROSPECTION: 'off',
          MODELGRAPH_FEDERATION: 'on',
          MODELGRAPH_PLAYGROUND: 'off',
          MODELGRAPH_METRICS: 'off',
          MODELGRAPH_METRICS_PRINCIPALS: '5',
          MODELGRAPH_TRACE_CONTENT: 'on',
          MODELGRAPH_LOG_LEVEL: 'silent',
          MODELGRAPH_LOG_FORMAT: 'pretty',
          MODELGRAPH_IDLE_TIMEOUT_MS: '1',
          MODELGRAPH_TIMEOUT_MS: '2',
          DATABASE_URL: 'postgres://me:secret@db.example/app',
          DATABASE_DIRECT_URL: 'postgresql://me:secret@direct.example/app',
          MODELGRAPH_EVENT_RETENTION_MS: '3',
          MODELGRAPH_RETENTION_DAYS: '4',
          MODELGRAPH_LEDGER_RETENTION_DAYS: '500',
          MODELGRAPH_BUDGET_UNPRICED: 'allow',
          MODELGRAPH_CONNECT_TIMEOUT_MS: '5',
          MODELGRAPH_FIRST_DELTA_TIMEOUT_MS: '6',
          MODELGRAPH_MAX_ATTEMPTS: '7',
          MODELGRAPH_MAX_RETRY_WAIT_MS: '8',
          MODELGRAPH_CIRCUIT_FAILURES: '9',
          MODELGRAPH_DISCONNECT_GRACE_MS: '10',
          MODELGRAPH_COALESCE_MS: '11',
          MODELGRAPH_HEARTBEAT_MS: '100',
          MODELGRAPH_SHUTDOWN_GRACE_MS: '0',
          MODELGRAPH_DEMO_DELAY_MS: '86400000',
          MODELGRAPH_MAX_BODY_BYTES: '1024',
          MODELGRAPH_MAX_UPLOAD_BYTES: '2048',
          MODELGRAPH_MAX_BATCH_FILE_BYTES: '4096',
          MODELGRAPH_BATCH_CONCURRENCY: '9',
          MODELGRAPH_WEBHOOK_URL: 'http://receiver.internal/hook',
          MODELGRAPH_WEBHOOK_SECRET: SECRET,
          MODELGRAPH_WEBHOOK_ALLOW_PRIVATE: 'on',
          MODELGRAPH_PROVIDERS: './more.json',
          MODELGRAPH_PLUGINS: './guard.ts',
          MODELGRAPH_CATALOGUE: './catalogue.json',
          MODELGRAPH_CATALOGUE_URL: 'https://models.example/api.json',
          MODELGRAPH_CATALOGUE_REFRESH_HOURS: '2',
          MODELGRAPH_VENDOR_LISTS: 'on',
          MODELGRAPH_UNKNOWN_MODELS: 'allow',
          MODELGRAPH_DEFAULT_MODEL: 'claude',
          MODELGRAPH_ACCESS: './access.json',
          MODELGRAPH_JWT_ISSUER: 'https://id.example',
          MODELGRAPH_JWT_AUDIENCE: 'chat, admin',
          MODELGRAPH_JWT_JWKS_URL: 'https://id.example/keys',
          MODELGRAPH_JWT_PUBLIC_KEY: '',
          MODELGRAPH_JWT_SECRET: '',
          MODELGRAPH_JWT_ALGORITHMS: 'ES256,RS256',
          MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS: '5',
          MODELGRAPH_TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,127.0.0.1',
          MODELGRAPH_FORWARDED_HEADER: 'forwarded',
          MODELGRAPH_ADDRESS_REQUESTS_PER_MINUTE: '600',
          MODELGRAPH_WORKERS: '3',
          MODELGRAPH_ADDRESS_SOCKETS: '0',
          MODELGRAPH_PRINCIPAL_SOCKETS: '50',
          MODELGRAPH_PRINCIPAL_GENERATIONS: '0',
          MODELGRAPH_PROVIDER_KEYS: 'allowed',
          MODELGRAPH_TRUSTED_DOCUMENTS: './app.json, ./client.json',
          MODELGRAPH_TRUSTED_DOCUMENTS_MODE: 'also',
        } satisfies Record<(typeof VARIABLES)[number]['name'], string>,
        [],
      ),
    ).toMatchInlineSnapshot(`
      {
        "accessFile": "./access.json",
        "addressRequestsPerMinute": 600,
        "addressSockets": null,
        "allowedOrigins": [
          "https://a.example",
          "http://b.example:8080",
        ],
        "apiKeys": [
          {
            "id": "one",
            "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          },
          {
            "id": "two",
            "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          },
        ],
        "batchConcurrency": 9,
        "catalogueFile": "./catalogue.json",
        "catalogueRefreshMs": 7200000,
        "catalogueUrl": "https://models.example/api.json",
        "circuitFailures": 9,
        "coalesceMs": 11,
        "configuredProviders": [],
        "connectTimeoutMs": 5,
        "dataDirectory": "/var/lib/modelgraph",
        "databaseDirectUrl": "postgresql://me:secret@direct.example/app",
        "databaseUrl": "postgres://me:secret@db.example/app",
        "defaultModel": "claude",
        "demoDelayMs": 86400000,
        "disconnectGraceMs": 10,
        "eventRetentionMs": 3,
        "federation": true,
        "firstDeltaTimeoutMs": 6,
        "forwardedHeader": "forwarded",
        "heartbeatMs": 100,
        "host": "0.0.0.0",
        "idleTimeoutMs": 1,
        "introspection": false,
        "jwt": {
          "algorithms": [
            "RS256",
            "ES256",
          ],
          "audiences": [
            "chat",
            "admin",
          ],
          "clockToleranceSeconds": 5,
          "issuer": "https://id.example",
          "keys": {
            "type": "jwks",
            "url": "https://id.example/keys",
          },
        },
        "ledgerRetentionMs": 43200000000,
        "logFormat": "pretty",
        "logLevel": "silent",
        "maxAttempts": 7,
        "maxBatchFileBytes": 4096,
        "maxBodyBytes": 1024,
        "maxRetryWaitMs": 8,
        "maxUploadBytes": 2048,
        "metrics": false,
        "metricsPrincipals": 5,
        "playground": false,
        "plugins": "./guard.ts",
        "port": 0,
        "principalGenerations": null,
        "principalSockets": 50,
        "providerKeys": "allowed",
        "providers": {},
        "providersFile": "./more.json",
        "retentionMs": 345600000,
        "shutdownGraceMs": 0,
        "timeoutMs": 2,
        "traceContent": true,
        "trustedDocuments": [
          "./app.json",
          "./client.json",
        ],
        "trustedDocumentsMode": "also",
        "trustedProxies": [
          "10.0.0.0/8",
          "fd00::/8",
          "127.0.0.1",
        ],
        "unknownModels": "allow",
        "unknownVariables": [],
        "unpriced": "allow",
        "vendorLists": true,
        "webhook": {
          "allowPrivate": true,
          "secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          "url": "http://receiver.internal/hook",
        },
        "workers": 3,
      }
    `);
  });

  it('are refused with every wrong variable named at once', () => {
    expect(
      problemsOf(
        {
          HOST: '0.0.0.0',
          PORT: '65536',
          MODELGRAPH_WORKERS: '0',
          DATABASE_URL: 'postgres://me@db.example/app',
          MODELGRAPH_ALLOWED_ORIGINS: 'https://fine.example,https://a.example/path',
          MODELGRAPH_INTROSPECTION: 'yes',
          MODELGRAPH_PLAYGROUND: 'ON',
          MODELGRAPH_LOG_LEVEL: 'loud',
          MODELGRAPH_IDLE_TIMEOUT_MS: '0',
          MODELGRAPH_TIMEOUT_MS: '1.5',
          MODELGRAPH_HEARTBEAT_MS: 'soon',
          MODELGRAPH_SHUTDOWN_GRACE_MS: '-1',
          MODELGRAPH_DEMO_DELAY_MS: '86400001',
          MODELGRAPH_MAX_BODY_BYTES: '0x400',
          OPENAI_BASE_URL: 'api.example.com',
          XAI_BASE_URL: 'file:///etc/passwd',
        },
        ['openai', 'xai'],
      ),
    ).toMatchInlineSnapshot(`
      [
        "PORT: must be a whole number from 0 to 65535, not "65536"",
        "MODELGRAPH_WORKERS: must be a whole number from 1 to 256, or auto, not "0"",
        "MODELGRAPH_ALLOWED_ORIGINS: entry 2 must be an origin such as https://app.example.com",
        "MODELGRAPH_INTROSPECTION: must be one of on, off, not "yes"",
        "MODELGRAPH_PLAYGROUND: must be one of on, off, not "ON"",
        "MODELGRAPH_LOG_LEVEL: must be one of debug, info, warn, error, silent, not "loud"",
        "MODELGRAPH_IDLE_TIMEOUT_MS: must be a whole number from 1 to 86400000, not "0"",
        "MODELGRAPH_TIMEOUT_MS: must be a whole number from 1 to 86400000, not "1.5"",
        "MODELGRAPH_HEARTBEAT_MS: must be a whole number from 100 to 86400000, not "soon"",
        "MODELGRAPH_SHUTDOWN_GRACE_MS: must be a whole number from 0 to 86400000, not "-1"",
        "MODELGRAPH_DEMO_DELAY_MS: must be a whole number from 0 to 86400000, not "86400001"",
        "MODELGRAPH_MAX_BODY_BYTES: must be a whole number from 1024 to 1073741824, not "0x400"",
        "OPENAI_BASE_URL: must be an http or https address",
        "XAI_BASE_URL: must be an http or https address",
        "HOST: 0.0.0.0 can be reached from other machines without a key: set MODELGRAPH_API_KEYS, or listen on 127.0.0.1",
      ]
    `);
  });

  it('never quote what may be a secret when they are refused', () => {
    const secret = 'mg_me_hunter2hunter2';
    const problems = problemsOf(
      {
        PORT: 'none',
        MODELGRAPH_API_KEYS: `me:${HASH},${secret},me:${secret}`,
        OPENAI_API_KEY: secret,
        OPENAI_BASE_URL: `ftp://user:${secret}@example.com`,
      },
      ['openai'],
    );
    expect(problems).toMatchInlineSnapshot(`
      [
        "PORT: must be a whole number from 0 to 65535, not "none"",
        "MODELGRAPH_API_KEYS: entry 2 must be <id>:<sha256 in hex>; \`npm run key\` creates one",
        "MODELGRAPH_API_KEYS: entry 3 must be <id>:<sha256 in hex>; \`npm run key\` creates one",
        "OPENAI_BASE_URL: must be an http or https address",
      ]
    `);
    expect(problems.join()).not.toMatch(/hunter2|aaaa/);
  });

  it('are refused with two keys of the same id, of which only one could ever be used', () => {
    expect(problemsOf({ MODELGRAPH_API_KEYS: `me:${HASH},me:${'b'.repeat(64)}` })).toEqual([
      'MODELGRAPH_API_KEYS: has two keys with the same id',
    ]);
  });

  it.each([
    [{ MODELGRAPH_WEBHOOK_URL: 'https://a.example/hook' }, ['MODELGRAPH_WEBHOOK_SECRET: is required']],
    [
      { MODELGRAPH_WEBHOOK_URL: 'http://a.example/hook', MODELGRAPH_WEBHOOK_SECRET: SECRET },
      ['MODELGRAPH_WEBHOOK_URL: must be an https address'],
    ],
    [
      {
        MODELGRAPH_WEBHOOK_URL: 'ftp://a.example',
        MODELGRAPH_WEBHOOK_SECRET: SECRET,
        MODELGRAPH_WEBHOOK_ALLOW_PRIVATE: 'on',
      },
      ['MODELGRAPH_WEBHOOK_URL: must be an https address'],
    ],
    [
      { MODELGRAPH_WEBHOOK_SECRET: 'whsec_hunter2' },
      ['MODELGRAPH_WEBHOOK_SECRET: must be whsec_ and at least 24'],
    ],
    [{ MODELGRAPH_WEBHOOK_SECRET: SECRET }, []],
  ])('are refused with webhooks that could not be sent: %j', (environment, expected) => {
    const problems = problemsOf(environment);
    expect(problems.map((problem, index) => problem.slice(0, expected[index]?.length))).toEqual(expected);
    expect(problems.join()).not.toContain('hunter2');
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', 'example.com', '127.0.0.1.example.com'])(
    'are refused when %s is to be listened on and no keys are set',
    (HOST) => {
      expect(problemsOf({ HOST })).toEqual([
        `HOST: ${HOST} can be reached from other machines without a key: set MODELGRAPH_API_KEYS, or listen on 127.0.0.1`,
      ]);
      expect(problemsOf({ HOST, MODELGRAPH_API_KEYS: ' , ' })).toHaveLength(1);
      expect(problemsOf({ HOST, MODELGRAPH_API_KEYS: `me:${HASH}` })).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('may listen on %s without keys', (HOST) => {
    expect(parseSettings({ HOST }, []).host).toBe(HOST);
  });
});

describe('a variable that looks like a setting and is none', () => {
  it('is told, and a setting or what a client reads is not', () => {
    const { unknownVariables } = parseSettings(
      { MODELGRAPH_PLAYGRUND: 'off', MODELGRAPH_PLAYGROUND: 'off', MODELGRAPH_URL: 'x', OTHER: 'y' },
      [],
    );
    expect(unknownVariables).toEqual(['MODELGRAPH_PLAYGRUND']);
  });
});
