import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface AddressGuard {
  /** Whether an address may be connected to. */
  readonly isAllowedAddress: (address: string) => boolean;
  /** How names are looked up; left out: as the system does. */
  readonly lookup?: LookupFunction;
}

/** Whether an address is a public one: not private, loopback, link-local, multicast, reserved or a tunnel to such. */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6 only this block has been given out; outside of it are the old ways to write an IPv4 address.
  return parsed.kind() === 'ipv4' || parsed.match(ipaddr.parseCIDR('2000::/3'));
};

/** Whether a URL names an address that may not be connected to. One that names a host is looked up only later. */
export const isRefusedAddress = (url: URL, { isAllowedAddress }: AddressGuard): boolean => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isAllowedAddress(host);
};

/** Looks a name up and gives its addresses only if every one may be connected to: the connection uses what was checked. */
export const createGuardedLookup =
  ({ isAllowedAddress, lookup = resolveName }: AddressGuard, createError: () => Error): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const addresses = Array.isArray(found) ? found : [];
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowedAddress(address)))
        return done(createError(), '');
      return options.all === true
        ? done(null, addresses)
        : done(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
