import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ProxyPolicy } from '../../src/core/proxy-policy.ts';
import { createFindClient } from '../../src/server/client-address.ts';

const PROXIES: ProxyPolicy = {
  trustedProxies: ['10.0.0.0/8', '127.0.0.1', 'fd00::/8'],
  forwardedHeader: 'x-forwarded-for',
};

const clientOf = (
  remoteAddress: string | undefined,
  headers: Readonly<Record<string, string>> = {},
  policy: Partial<ProxyPolicy> = {},
): string =>
  createFindClient({ ...PROXIES, ...policy })({ socket: { remoteAddress }, headers } as IncomingMessage);

const forwarded = (text: string) => ({ 'x-forwarded-for': text });

describe('the client of a request', () => {
  it('is what is at the other end of its connection, whatever a header says, where no proxy is trusted', () => {
    expect(clientOf('203.0.113.9', forwarded('198.51.100.1'))).toBe('203.0.113.9');
    expect(clientOf('10.0.0.1', forwarded('198.51.100.1'), { trustedProxies: [] })).toBe('10.0.0.1');
    expect(clientOf('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(clientOf(undefined, forwarded('198.51.100.1'))).toBe('local');
  });

  it('is the last one that a trusted proxy names, and not what a client has written further left', () => {
    expect(clientOf('10.0.0.1', forwarded('198.51.100.1'))).toBe('198.51.100.1');
    expect(clientOf('10.0.0.1', forwarded('1.1.1.1, 198.51.100.1'))).toBe('198.51.100.1');
    expect(clientOf('10.0.0.1', forwarded('1.1.1.1, 198.51.100.1, 10.9.9.9, 127.0.0.1'))).toBe(
      '198.51.100.1',
    );
    expect(clientOf('::ffff:10.0.0.1', forwarded('198.51.100.1'))).toBe('198.51.100.1');
    expect(clientOf('fd00::1', forwarded('198.51.100.1:4711'))).toBe('198.51.100.1');
  });

  it('is the proxy where that names none, or nothing that is an address', () => {
    for (const text of ['', 'unknown', '_hidden', '1.1.1.1, _hidden', '1.1.1.1,', '999.1.1.1', '7'])
      expect(clientOf('10.0.0.1', forwarded(text)), text).toBe('10.0.0.1');
  });

  it('is a network of IPv6, since a client has one for itself', () => {
    const first = clientOf('2001:db8:1:2:3::1');
    expect(first).toBe('20010db800010002/64');
    expect(clientOf('2001:db8:1:2:ffff::9')).toBe(first);
    expect(clientOf('2001:db8:1:3::1')).not.toBe(first);
    expect(clientOf('10.0.0.1', forwarded('"2001:db8:1:2::7"'))).toBe('10.0.0.1');
    expect(clientOf('10.0.0.1', forwarded('[2001:db8:1:2::7]:443'))).toBe(first);
  });

  it('is read from Forwarded where that is what proxies write, and from nothing else', () => {
    const policy = { forwardedHeader: 'forwarded' } as const;
    const both = {
      forwarded: 'for=1.1.1.1;proto=https, For="[2001:db8:1:2::7]:443"',
      ...forwarded('5.5.5.5'),
    };
    expect(clientOf('10.0.0.1', both, policy)).toBe('20010db800010002/64');
    expect(clientOf('10.0.0.1', both)).toBe('5.5.5.5');
    expect(clientOf('10.0.0.1', { forwarded: 'by=10.0.0.1;for=198.51.100.1;host=a' }, policy)).toBe(
      '198.51.100.1',
    );
    expect(clientOf('10.0.0.1', { forwarded: 'proto=https' }, policy)).toBe('10.0.0.1');
  });
});
