import ipaddr from 'ipaddr.js';
import type { ProxyPolicy } from '../src/core/proxy-policy.ts';

/** Whether a text is an address, or a network as CIDR has it. IPv4 has all of its four numbers. */
export const isNetwork = (text: string): boolean =>
  (ipaddr.isValid(text) || ipaddr.isValidCIDR(text)) && (text.includes(':') || text.split('.').length === 4);

/** What is limited besides the operator's rules for access; null: as much as is asked for. */
export interface LimitSettings extends ProxyPolicy {
  readonly addressRequestsPerMinute: number | null;
  readonly addressSockets: number | null;
  /** What one server keeps open for one principal. */
  readonly principalSockets: number | null;
  readonly principalGenerations: number | null;
}

/** The variables as they were read, with their defaults. */
export interface LimitVariables {
  readonly MODELGRAPH_TRUSTED_PROXIES: readonly string[];
  readonly MODELGRAPH_FORWARDED_HEADER: LimitSettings['forwardedHeader'];
  readonly MODELGRAPH_ADDRESS_REQUESTS_PER_MINUTE: number;
  readonly MODELGRAPH_ADDRESS_SOCKETS: number;
  readonly MODELGRAPH_PRINCIPAL_SOCKETS: number;
  readonly MODELGRAPH_PRINCIPAL_GENERATIONS: number;
}

const toLimit = (value: number): number | null => (value === 0 ? null : value);

export const toLimitSettings = (values: LimitVariables): LimitSettings => ({
  trustedProxies: values.MODELGRAPH_TRUSTED_PROXIES,
  forwardedHeader: values.MODELGRAPH_FORWARDED_HEADER,
  addressRequestsPerMinute: toLimit(values.MODELGRAPH_ADDRESS_REQUESTS_PER_MINUTE),
  addressSockets: toLimit(values.MODELGRAPH_ADDRESS_SOCKETS),
  principalSockets: toLimit(values.MODELGRAPH_PRINCIPAL_SOCKETS),
  principalGenerations: toLimit(values.MODELGRAPH_PRINCIPAL_GENERATIONS),
});
