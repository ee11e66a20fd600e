export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const;

/** Whose word on a client's address is believed. */
export interface ProxyPolicy {
  /** Addresses and networks (CIDR) of proxies in front of this server. */
  readonly trustedProxies: readonly string[];
  /** The header in which they name their clients; the other one may be the client's own. */
  readonly forwardedHeader: (typeof FORWARDED_HEADERS)[number];
}
