import { LIMIT_VARIABLES } from './limit-variables.ts';
import { LISTEN_VARIABLES } from './listen-variables.ts';

export interface Variable {
  readonly name: string;
  /** The value of a variable that is unset or empty, as it would be written. */
  readonly default: string;
  readonly unit: string | null;
  readonly description: string;
  /** Its value is a secret or contains one, so that it has no flag: other users see the command line of a process. */
  readonly isSecret?: true;
}

/** Every environment variable except those of providers, which follow from their names. docs/configuration.md lists the same. */
export const VARIABLES = [
  ...LISTEN_VARIABLES,
  {
    name: 'MODELGRAPH_DATA',
    default: './data',
    unit: null,
    description:
      'Directory of the SQLite file that stores generations and batches; it is created with mode 0700. Only one server process may use it at a time. `memory`: nothing survives a restart.',
  },
  {
    name: 'DATABASE_URL',
    default: '',
    unit: null,
    isSecret: true,
    description:
      '`postgres://…` address of a PostgreSQL database, 13 or newer, which several server processes can share. Empty: the SQLite file under `MODELGRAPH_DATA`.',
  },
  {
    name: 'DATABASE_DIRECT_URL',
    default: '',
    unit: null,
    isSecret: true,
    description:
      'Address of the same database without a connection pooler, for LISTEN. Empty: the same as `DATABASE_URL`.',
  },
  {
    name: 'MODELGRAPH_EVENT_RETENTION_MS',
    default: '900000',
    unit: 'ms',
    description:
      'How long after the end of a generation a subscriber can resume its events; later a snapshot replaces them.',
  },
  {
    name: 'MODELGRAPH_RETENTION_DAYS',
    default: '30',
    unit: 'days',
    description: 'How long generations and batches are kept after their end.',
  },
  {
    name: 'MODELGRAPH_LEDGER_RETENTION_DAYS',
    default: '400',
    unit: 'days',
    description:
      'How long the ledger is kept: a row for each turn that was billed, and its sums by day. See [docs/budgets.md](budgets.md).',
  },
  {
    name: 'MODELGRAPH_BUDGET_UNPRICED',
    default: 'refuse',
    unit: null,
    description:
      'What becomes of requests under a budget to models without a known price: `refuse`, or `allow`, which counts only what the provider itself bills.',
  },
  {
    name: 'MODELGRAPH_PROVIDERS',
    default: '',
    unit: null,
    description:
      'Path of a `.json`, `.ts`, `.js` or `.mjs` file with further providers: any server with an OpenAI-compatible API. See [docs/configured-providers.md](configured-providers.md).',
  },
  {
    name: 'MODELGRAPH_CATALOGUE',
    default: '',
    unit: null,
    description:
      'Path of a `.json` file that adds models to the catalogue, overrides prices, statuses, limits and aliases, and hides models. It is read again when it changes, and on SIGHUP. See [docs/live-catalogue.md](live-catalogue.md).',
  },
  {
    name: 'MODELGRAPH_CATALOGUE_URL',
    default: '',
    unit: null,
    description:
      'Address of a document in the shape of `https://models.dev/api.json` that the catalogue is refreshed from: `https://…`, `http://…` on this machine, or the path of a `.json` file. Empty: none.',
  },
  {
    name: 'MODELGRAPH_CATALOGUE_REFRESH_HOURS',
    default: '24',
    unit: 'hours',
    description: "How often that document and the vendors' lists are asked for.",
  },
  {
    name: 'MODELGRAPH_VENDOR_LISTS',
    default: 'off',
    unit: null,
    description:
      '`on` or `off`: whether the vendors whose keys are set are asked for their lists of models, which bring new ids, shutdown dates and limits.',
  },
  {
    name: 'MODELGRAPH_UNKNOWN_MODELS',
    default: 'refuse',
    unit: null,
    description:
      '`refuse` or `allow`: whether an id that the catalogue does not know is sent to its vendor, by the rules of the family it belongs to. Its cost is unknown.',
  },
  {
    name: 'MODELGRAPH_DEFAULT_MODEL',
    default: '',
    unit: null,
    description:
      'What the alias `default` leads to: a model or an alias. Empty: the current model of the first vendor whose key is set, else `demo`.',
  },
  {
    name: 'MODELGRAPH_PLUGINS',
    default: '',
    unit: null,
    description:
      'Module (a `.ts`, `.js` or `.mjs` file, or a package) that exports `plugins`: steps of your own in the server, such as a guard in front of every generation. See [docs/plugins.md](plugins.md).',
  },
  {
    name: 'MODELGRAPH_API_KEYS',
    default: '',
    unit: null,
    description:
      'Keys that clients must send, as `<id>:<sha256>`, separated by commas. `npm run key` creates one. Empty: any client that can reach the server may use it.',
  },
  {
    name: 'MODELGRAPH_ACCESS',
    default: '',
    unit: null,
    description:
      'Path of a `.json` file that says what each key and each user may: models, operations, limits, budgets. It is read again when it changes, and on SIGHUP. See [docs/access.md](access.md).',
  },
  {
    name: 'MODELGRAPH_JWT_ISSUER',
    default: '',
    unit: null,
    description:
      'Issuer (`iss`) of the tokens by which users of an identity provider are let in. Empty: keys only. See [docs/access.md](access.md).',
  },
  {
    name: 'MODELGRAPH_JWT_AUDIENCE',
    default: '',
    unit: null,
    description:
      'Audiences (`aud`) of those tokens, separated by commas; a token is for at least one of them.',
  },
  {
    name: 'MODELGRAPH_JWT_JWKS_URL',
    default: '',
    unit: null,
    description:
      'Address of the key set of the identity provider: `https://…`, or `http://…` on this machine. Exactly one of it, `MODELGRAPH_JWT_PUBLIC_KEY` and `MODELGRAPH_JWT_SECRET` is set.',
  },
  {
    name: 'MODELGRAPH_JWT_PUBLIC_KEY',
    default: '',
    unit: null,
    description:
      'Public key that the tokens are verified with, in PEM (`BEGIN PUBLIC KEY`); `\\n` stands for a line break.',
  },
  {
    name: 'MODELGRAPH_JWT_SECRET',
    default: '',
    unit: null,
    isSecret: true,
    description: 'Secret shared with what signs the tokens, for the HS algorithms: at least 32 bytes.',
  },
  {
    name: 'MODELGRAPH_JWT_ALGORITHMS',
    default: '',
    unit: null,
    description:
      'Algorithms that are accepted, separated by commas: HS256, HS384 and HS512 with a secret; RS256, RS384, RS512, ES256, ES384, ES512, EdDSA and Ed25519 with public keys. Empty: HS256; those of the public key; RS256, ES256 and EdDSA.',
  },
  {
    name: 'MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS',
    default: '30',
    unit: 's',
    description: "By how much the clock of the identity provider may differ from the server's.",
  },
  {
    name: 'MODELGRAPH_ALLOWED_ORIGINS',
    default: '',
    unit: null,
    description:
      "Origins whose pages may call the server, separated by commas, besides the server's own and loopback origins (`http://localhost:5173`, `http://app.localhost`): `https://app.example.com`, `https://*.example.com` for the names below one, `chrome-extension://<id>`, `tauri://localhost`. A `*` that stands for every site stops the start; one below a name where anybody can have a page, such as `https://*.vercel.app`, is warned of.",
  },
  ...LIMIT_VARIABLES,
  {
    name: 'MODELGRAPH_INTROSPECTION',
    default: 'on',
    unit: null,
    description: '`on` or `off`: whether clients may query the schema.',
  },
  {
    name: 'MODELGRAPH_FEDERATION',
    default: 'off',
    unit: null,
    description:
      '`on` or `off`: whether the server is a subgraph of Apollo Federation 2. Its schema can then be read by every client, whatever `MODELGRAPH_INTROSPECTION` says. See [docs/federation.md](federation.md).',
  },
  {
    name: 'MODELGRAPH_PLAYGROUND',
    default: 'on',
    unit: null,
    description: '`on` or `off`: whether a browser gets the playground at `/graphql`.',
  },
  {
    name: 'MODELGRAPH_TRUSTED_DOCUMENTS',
    default: '',
    unit: null,
    description:
      'Paths of `.json` files with documents by id, separated by commas: what GraphQL clients write at build time. They are read again when they change. Empty: requests carry their documents. See [docs/trusted-documents.md](trusted-documents.md).',
  },
  {
    name: 'MODELGRAPH_TRUSTED_DOCUMENTS_MODE',
    default: '',
    unit: null,
    description:
      '`only`: nothing but those documents is executed, and the playground is not served. `also`: other documents are executed as well. Empty: `only`.',
  },
  {
    name: 'MODELGRAPH_PROVIDER_KEYS',
    default: 'off',
    unit: null,
    description:
      '`off`, `allowed` or `required`: whether callers may bring keys of their own for providers; `required`: the keys of the server serve none of their requests. See [docs/provider-keys.md](provider-keys.md).',
  },
  {
    name: 'MODELGRAPH_METRICS',
    default: 'on',
    unit: null,
    description:
      '`on` or `off`: whether metrics for Prometheus are served at `/metrics`, to any client that may use the server.',
  },
  {
    name: 'MODELGRAPH_METRICS_PRINCIPALS',
    default: '0',
    unit: null,
    description:
      'How many keys are counted under their own id in `/metrics`: generations, tokens and cost. Further ones are counted together as `other`, and users as `users`. 0: use is not counted by principal.',
  },
  {
    name: 'MODELGRAPH_TRACE_CONTENT',
    default: 'off',
    unit: null,
    description:
      '`on` or `off`: whether prompts, answers and tool definitions become attributes of OpenTelemetry spans. They leave this server with the traces.',
  },
  {
    name: 'MODELGRAPH_LOG_LEVEL',
    default: 'info',
    unit: null,
    description:
      "`debug`, `info`, `warn`, `error` or `silent`. Logs contain neither prompts nor keys; `debug` adds vendors' error messages, which may quote a prompt.",
  },
  {
    name: 'MODELGRAPH_LOG_FORMAT',
    default: 'auto',
    unit: null,
    description:
      '`pretty`: lines for people; `json`: one JSON object a line; `auto`: `pretty` where the output is a terminal, else `json`.',
  },
  {
    name: 'MODELGRAPH_CONNECT_TIMEOUT_MS',
    default: '10000',
    unit: 'ms',
    description: 'Longest time to open a connection to a provider.',
  },
  {
    name: 'MODELGRAPH_FIRST_DELTA_TIMEOUT_MS',
    default: '300000',
    unit: 'ms',
    description:
      'Longest time from the call to a provider to the first text, reasoning or tool call of its answer.',
  },
  {
    name: 'MODELGRAPH_IDLE_TIMEOUT_MS',
    default: '120000',
    unit: 'ms',
    description: "Longest time without a byte from a provider's stream.",
  },
  {
    name: 'MODELGRAPH_TIMEOUT_MS',
    default: '900000',
    unit: 'ms',
    description: 'Longest time for one answer of a provider, and longest wait for the results of tool calls.',
  },
  {
    name: 'MODELGRAPH_MAX_ATTEMPTS',
    default: '3',
    unit: null,
    description:
      'Attempts at one model, at most. A retryable failure before the first content is retried. 1: no retries.',
  },
  {
    name: 'MODELGRAPH_MAX_RETRY_WAIT_MS',
    default: '20000',
    unit: 'ms',
    description:
      'Longest wait before a retry. If a provider asks for a longer wait, the request fails with `retryAfterMs`.',
  },
  {
    name: 'MODELGRAPH_CIRCUIT_FAILURES',
    default: '5',
    unit: null,
    description:
      'Consecutive failures of a provider after which its circuit opens: for a while no call is sent but single probes, and its models have `available: false`. 0: the circuit never opens.',
  },
  {
    name: 'MODELGRAPH_DISCONNECT_GRACE_MS',
    default: '10000',
    unit: 'ms',
    description:
      'How long a generation runs after its last subscriber has disconnected, so that a lost connection can resume; see `onDisconnect`.',
  },
  {
    name: 'MODELGRAPH_COALESCE_MS',
    default: '0',
    unit: 'ms',
    description:
      'Adjacent deltas of one kind within this time are merged into one event. 0: each delta is sent as it comes, and merged only for subscribers that are behind.',
  },
  {
    name: 'MODELGRAPH_HEARTBEAT_MS',
    default: '12000',
    unit: 'ms',
    description: 'Interval of the heartbeats on open WebSocket connections and SSE streams.',
  },
  {
    name: 'MODELGRAPH_SHUTDOWN_GRACE_MS',
    default: '10000',
    unit: 'ms',
    description: 'How long running generations may continue after SIGTERM.',
  },
  {
    name: 'MODELGRAPH_DEMO_DELAY_MS',
    default: '20',
    unit: 'ms',
    description: 'Interval of the deltas of the demo models.',
  },
  {
    name: 'MODELGRAPH_MAX_BODY_BYTES',
    default: '4194304',
    unit: 'bytes',
    description: 'Largest request body and largest WebSocket message.',
  },
  {
    name: 'MODELGRAPH_MAX_UPLOAD_BYTES',
    default: '26214400',
    unit: 'bytes',
    description: 'Largest multipart request body, which carries uploads.',
  },
  {
    name: 'MODELGRAPH_MAX_BATCH_FILE_BYTES',
    default: '209715200',
    unit: 'bytes',
    description: 'Largest multipart request body that submits a batch. It is stored on disk, not in memory.',
  },
  {
    name: 'MODELGRAPH_BATCH_CONCURRENCY',
    default: '4',
    unit: null,
    description: 'Concurrent requests of one server for batches of models whose provider has no batch API.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_URL',
    default: '',
    unit: null,
    description:
      '`https://…` address that receives a webhook for each ended batch; see [docs/batches.md](batches.md). Empty: no webhooks.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_SECRET',
    default: '',
    unit: null,
    isSecret: true,
    description: 'Secret that signs the webhooks, in the form of Standard Webhooks: `whsec_` and base64.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_ALLOW_PRIVATE',
    default: 'off',
    unit: null,
    description:
      '`on` or `off`: whether webhooks may be sent to private and loopback addresses, and over `http://`.',
  },
] as const satisfies readonly Variable[];
