import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { ProxyPolicy } from '../core/proxy-policy.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network as it is written, or a single address as one; undefined where it is neither. */
const parseNetwork = (text: string): readonly [Address, number] | undefined => {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
};

/** As proxies write them: with a port or without, IPv6 in brackets or without. undefined: it is hidden, or no address. */
const parseAddress = (text: string): Address | undefined => {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) && (bare.includes(':') || bare.split('.').length === 4)
    ? ipaddr.process(bare)
    : undefined;
};

/** `for` of one element of a `Forwarded` header (RFC 7239, section 4). */
const readFor = (element: string): string =>
  /(?:^|;)\s*for\s*=\s*"?([^";]+)"?/i.exec(element)?.[1]?.trim() ?? '';

/** What proxies have appended, the nearest one last. */
const listForwarded = (
  { headers }: IncomingMessage,
  header: ProxyPolicy['forwardedHeader'],
): readonly string[] => {
  const given = headers[header];
  const text = Array.isArray(given) ? given.join(',') : (given ?? '');
  if (text === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  return header === 'forwarded' ? parts.map(readFor) : parts;
};

const IPV6_NETWORK_BYTES = 8;

/** One client of IPv6 has a whole /64 for itself. */
const toAccount = (address: Address): string =>
  address.kind() === 'ipv4'
    ? address.toString()
    : `${(address as ipaddr.IPv6)
        .toByteArray()
        .slice(0, IPV6_NETWORK_BYTES)
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('')}/64`;

/** Of a client on a socket that has no address, such as one of this machine's own. */
const NO_ADDRESS = 'local';

/**
 * Finds out which client a request comes from: an IPv4 address, or a network of IPv6. A header is believed as far as proxies
 * that are trusted have written it, from the right; what a client has written itself stands further left. `onIgnored` is
 * called once, with the address of what looks like a proxy in front of this server, and is not trusted.
 */
export const createFindClient = (
  { trustedProxies, forwardedHeader }: ProxyPolicy,
  onIgnored: (address: string) => void = () => undefined,
): ((req: IncomingMessage) => string) => {
  let isTold = false;
  const tell = (address: Address, { headers }: IncomingMessage): void => {
    if (isTold || headers[forwardedHeader] === undefined || address.range() === 'unicast') return;
    isTold = true;
    onIgnored(address.toString());
  };
  const trusted = trustedProxies.map(parseNetwork).filter((network) => network !== undefined);
  const isTrusted = (address: Address): boolean =>
    trusted.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  return (req) => {
    let address = parseAddress(req.socket.remoteAddress ?? '');
    // A local socket has no address, and what is at its other end is part of this machine.
    if (address === undefined) return NO_ADDRESS;
    if (!isTrusted(address)) {
      tell(address, req);
      return toAccount(address);
    }
    for (const text of listForwarded(req, forwardedHeader).toReversed()) {
      const next = parseAddress(text);
      if (next === undefined) break;
      address = next;
      if (!isTrusted(address)) break;
    }
    return toAccount(address);
  };
};
