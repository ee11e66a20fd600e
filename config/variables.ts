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
    description: 'Directory for what is kept over a restart. Nothing is written there yet.',
  },
  {
    name: 'MODELGRAPH_PROVIDERS',
    default: '',
    unit: null,
    description:
      'Path of a `.json`, `.ts`, `.js` or `.mjs` file with more providers: any server that speaks an OpenAI API. See [docs/configured-providers.md](docs/configured-providers.md).',
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
    name: 'MODELGRAPH_LOG_LEVEL',
    default: 'info',
    unit: null,
    description:
      '`debug`, `info`, `warn`, `error` or `silent`. Logs hold neither prompts nor keys; `debug` adds what vendors say of failures, which may quote a prompt.',
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
] as const satisfies readonly Variable[];
