export interface Variable {
  readonly name: string;
  /** What holds when it is unset or empty, as it would be written. */
  readonly default: string;
  readonly unit: string | null;
  readonly description: string;
}

/** Every environment variable but the providers' own, which follow from their names. The README lists the same. */
export const VARIABLES = [
  {
    name: 'HOST',
    default: '127.0.0.1',
    unit: null,
    description: 'Address to listen on. Any but a loopback one needs `MODELGRAPH_API_KEYS`.',
  },
  { name: 'PORT', default: '4000', unit: null, description: 'Port to listen on; 0 takes any free one.' },
  {
    name: 'MODELGRAPH_DATA',
    default: './data',
    unit: null,
    description:
      'Directory of the SQLite file that keeps generations over a restart; made with mode 0700. One server process at a time. `memory` keeps nothing.',
  },
  {
    name: 'DATABASE_URL',
    default: '',
    unit: null,
    description:
      '`postgres://…` of a PostgreSQL server, 13 or newer: several server processes share it. Empty: the SQLite file under `MODELGRAPH_DATA`.',
  },
  {
    name: 'DATABASE_DIRECT_URL',
    default: '',
    unit: null,
    description:
      'Address of the same database past a connection pooler, for LISTEN. Empty: as `DATABASE_URL`.',
  },
  {
    name: 'MODELGRAPH_EVENT_RETENTION_MS',
    default: '900000',
    unit: 'ms',
    description:
      'How long the events of a generation that has ended can be resumed from; afterwards a snapshot stands for them.',
  },
  {
    name: 'MODELGRAPH_RETENTION_DAYS',
    default: '30',
    unit: 'days',
    description: 'How long generations and batches that have ended are kept.',
  },
  {
    name: 'MODELGRAPH_PROVIDERS',
    default: '',
    unit: null,
    description:
      'Path of a `.json`, `.ts`, `.js` or `.mjs` file with more providers: any server that speaks an OpenAI API. See [docs/configured-providers.md](docs/configured-providers.md).',
  },
  {
    name: 'MODELGRAPH_PLUGINS',
    default: '',
    unit: null,
    description:
      'Module (a `.ts`, `.js` or `.mjs` file, or a package) that exports `plugins`: steps of your own in the server, such as a guard in front of every generation. See [docs/plugins.md](docs/plugins.md).',
  },
  {
    name: 'MODELGRAPH_API_KEYS',
    default: '',
    unit: null,
    description:
      'Keys that clients must present, as `<id>:<sha256>` with commas between. Make one with `npm run key`. Empty: whoever reaches the server may use it.',
  },
  {
    name: 'MODELGRAPH_ALLOWED_ORIGINS',
    default: '',
    unit: null,
    description:
      "Origins whose pages may call the server, with commas between, besides the server's own and loopback ones.",
  },
  {
    name: 'MODELGRAPH_INTROSPECTION',
    default: 'on',
    unit: null,
    description: '`on` or `off`: whether clients may ask for the schema.',
  },
  {
    name: 'MODELGRAPH_PLAYGROUND',
    default: 'on',
    unit: null,
    description: '`on` or `off`: whether a browser gets the playground at `/graphql`.',
  },
  {
    name: 'MODELGRAPH_METRICS',
    default: 'on',
    unit: null,
    description:
      "`on` or `off`: whether Prometheus's metrics are served at `/metrics`, to whoever may use the server.",
  },
  {
    name: 'MODELGRAPH_LOG_LEVEL',
    default: 'info',
    unit: null,
    description:
      '`debug`, `info`, `warn`, `error` or `silent`. Logs hold neither prompts nor keys; `debug` adds what vendors say of failures, which may quote a prompt.',
  },
  {
    name: 'MODELGRAPH_CONNECT_TIMEOUT_MS',
    default: '10000',
    unit: 'ms',
    description: 'Longest time for opening a connection to a provider.',
  },
  {
    name: 'MODELGRAPH_FIRST_DELTA_TIMEOUT_MS',
    default: '300000',
    unit: 'ms',
    description:
      'Longest time from the call of a provider to the first text, reasoning or tool call of its answer.',
  },
  {
    name: 'MODELGRAPH_IDLE_TIMEOUT_MS',
    default: '120000',
    unit: 'ms',
    description: "Longest silence of a provider's stream. Any byte counts as life.",
  },
  {
    name: 'MODELGRAPH_TIMEOUT_MS',
    default: '900000',
    unit: 'ms',
    description: 'Longest time for one answer of a provider, and for the results of its tool calls.',
  },
  {
    name: 'MODELGRAPH_MAX_ATTEMPTS',
    default: '3',
    unit: null,
    description:
      'How often one model is asked at most, while nothing has come yet and the failure may pass. 1: no retries.',
  },
  {
    name: 'MODELGRAPH_MAX_RETRY_WAIT_MS',
    default: '20000',
    unit: 'ms',
    description:
      'Longest wait before a retry. A provider that asks for more is not asked again, and the client is told how long.',
  },
  {
    name: 'MODELGRAPH_CIRCUIT_FAILURES',
    default: '5',
    unit: null,
    description:
      'Failures in a row of a provider after which it is not asked for a while, but for one probe at a time. 0: never.',
  },
  {
    name: 'MODELGRAPH_DISCONNECT_GRACE_MS',
    default: '10000',
    unit: 'ms',
    description:
      'How long a generation that nobody follows any more runs on, so that a lost connection can resume; see `onDisconnect`.',
  },
  {
    name: 'MODELGRAPH_COALESCE_MS',
    default: '0',
    unit: 'ms',
    description:
      'Deltas of one kind that follow each other within this time reach a subscriber as one. 0: each as it comes, merged only for whoever is behind.',
  },
  {
    name: 'MODELGRAPH_HEARTBEAT_MS',
    default: '12000',
    unit: 'ms',
    description: 'Pause between two heartbeats on an open WebSocket or SSE stream.',
  },
  {
    name: 'MODELGRAPH_SHUTDOWN_GRACE_MS',
    default: '10000',
    unit: 'ms',
    description: 'How long running generations may go on after SIGTERM.',
  },
  {
    name: 'MODELGRAPH_DEMO_DELAY_MS',
    default: '20',
    unit: 'ms',
    description: 'Pause between two deltas of the demo models.',
  },
  {
    name: 'MODELGRAPH_MAX_BODY_BYTES',
    default: '4194304',
    unit: 'bytes',
    description: 'Largest request body, and largest WebSocket message.',
  },
  {
    name: 'MODELGRAPH_MAX_UPLOAD_BYTES',
    default: '26214400',
    unit: 'bytes',
    description: 'Largest multipart request body: the one that carries uploads.',
  },
  {
    name: 'MODELGRAPH_MAX_BATCH_FILE_BYTES',
    default: '209715200',
    unit: 'bytes',
    description: 'Largest multipart request body that hands in a batch. It is kept on disk, not in memory.',
  },
  {
    name: 'MODELGRAPH_BATCH_CONCURRENCY',
    default: '4',
    unit: null,
    description:
      'How many requests one server asks at a time for batches of models whose provider has no batch API.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_URL',
    default: '',
    unit: null,
    description:
      'Address that is told of batches that have ended; see [docs/batches.md](docs/batches.md). `https://…`. Empty: nobody is told.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_SECRET',
    default: '',
    unit: null,
    description: 'Secret the webhooks are signed with, as Standard Webhooks write it: `whsec_` and base64.',
  },
  {
    name: 'MODELGRAPH_WEBHOOK_ALLOW_PRIVATE',
    default: 'off',
    unit: null,
    description:
      '`on` or `off`: whether webhooks may go to private and loopback addresses, and by `http://`.',
  },
] as const satisfies readonly Variable[];
