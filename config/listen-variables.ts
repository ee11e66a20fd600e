/** The variables of where the server listens, and with how many processes. */
export const LISTEN_VARIABLES = [
  {
    name: 'HOST',
    default: '127.0.0.1',
    unit: null,
    description:
      'Address to listen on. An address that is not a loopback one requires `MODELGRAPH_API_KEYS`, `MODELGRAPH_ACCESS` or `MODELGRAPH_JWT_ISSUER`.',
  },
  { name: 'PORT', default: '4000', unit: null, description: 'Port to listen on; 0: any free port.' },
  {
    name: 'MODELGRAPH_WORKERS',
    default: '1',
    unit: null,
    description:
      'Processes that serve the port together, each on a core of its own: a number up to 256, or `auto` for as many as there are cores. More than 1, and `auto`, require `DATABASE_URL`. See [docs/deployment.md](deployment.md#one-big-machine).',
  },
] as const;
