/** The variables of rate limits, where they stand among the others. */
export const LIMIT_VARIABLES = [
  {
    name: 'MODELGRAPH_TRUSTED_PROXIES',
    default: '',
    unit: null,
    description:
      'Addresses and networks (`10.0.0.0/8`, `fd00::/8`) of the proxies in front of the server, separated by commas. What they say of the addresses of their clients is believed; empty: a client is what is at the other end of the connection. See [docs/rate-limits.md](rate-limits.md).',
  },
  {
    name: 'MODELGRAPH_FORWARDED_HEADER',
    default: 'x-forwarded-for',
    unit: null,
    description: '`x-forwarded-for` or `forwarded`: the header in which these proxies name their clients.',
  },
  {
    name: 'MODELGRAPH_ADDRESS_REQUESTS_PER_MINUTE',
    default: '0',
    unit: null,
    description:
      'Most requests of one address a minute, whatever its credentials; of IPv6 of one /64. 0: as many as it sends.',
  },
  {
    name: 'MODELGRAPH_ADDRESS_SOCKETS',
    default: '0',
    unit: null,
    description: 'Most WebSockets of one address at once. 0: as many as it opens.',
  },
  {
    name: 'MODELGRAPH_PRINCIPAL_SOCKETS',
    default: '1000',
    unit: null,
    description:
      'Most WebSockets that one server keeps open for one key or user, besides the limits in `MODELGRAPH_ACCESS`. 0: as many as it opens.',
  },
  {
    name: 'MODELGRAPH_PRINCIPAL_GENERATIONS',
    default: '1000',
    unit: null,
    description:
      'Most generations that one server runs at once for one key or user, besides the limits in `MODELGRAPH_ACCESS`. 0: as many as it starts.',
  },
] as const;
