import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ModelgraphError } from '../../../src/core/errors.ts';
import { FETCH_MEDIA, fetchMedia, type FetchMediaOptions } from '../../../src/services/media/fetch-media.ts';
import { isPublicAddress } from '../../../src/services/media/guarded-lookup.ts';
import { never } from '../../providers/text/openai/openai-harness.ts';
import { failureOf } from '../../support/upstream/provider-error.ts';

/** What a fetch is refused with: always the request's own fault, and told in one sentence. */
const refusal = async (address: string, options: FetchMediaOptions): Promise<string> => {
  const error = await failureOf(fetchMedia(address, never(), options));
  expect(error).toBeInstanceOf(ModelgraphError);
  expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
  return (error as ModelgraphError).message.replace('Media could not be fetched: ', '');
};

const NOT_PUBLIC = 'the address is not a public one.';

const PRIVATE = [
  ['127.0.0.1', 'loopback'],
  ['127.1.2.3', 'loopback'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['169.254.169.254', 'the metadata of a cloud'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['0.0.0.0', 'this host'],
  ['255.255.255.255', 'broadcast'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['198.18.0.1', 'for benchmarks'],
  ['192.0.2.1', 'for documentation'],
  ['[::1]', 'loopback'],
  ['[::]', 'this host'],
  ['[fc00::1]', 'unique local'],
  ['[fdff::1]', 'unique local'],
  ['[fe80::1]', 'link-local'],
  ['[fec0::1]', 'site-local'],
  ['[ff02::1]', 'multicast'],
  ['[2001:db8::1]', 'for documentation'],
  ['[::ffff:127.0.0.1]', 'IPv4-mapped'],
  ['[::ffff:a9fe:a9fe]', 'IPv4-mapped'],
  ['[::ffff:0:10.0.0.1]', 'IPv4-translated'],
  ['[::127.0.0.1]', 'IPv4-compatible'],
  ['[::10.0.0.1]', 'IPv4-compatible'],
  ['[64:ff9b::127.0.0.1]', 'NAT64'],
  ['[64:ff9b::a9fe:a9fe]', 'NAT64'],
  ['[64:ff9b:1::1]', 'local NAT64'],
  ['[2002:7f00:1::]', '6to4'],
  ['[2001:0:7f00:1::]', 'Teredo'],
  ['2130706433', 'decimal'],
  ['0x7f000001', 'hexadecimal'],
  ['0x7f.1', 'hexadecimal and short'],
  ['0177.0.0.1', 'octal'],
  ['017700000001', 'octal'],
  ['127.1', 'short'],
  ['10.1', 'short'],
  ['0', 'nothing but zero'],
  ['①②⑦.0.0.1', 'in other digits'],
  ['127.0.0.1.', 'with a dot at the end'],
  ['LOCALHOST', 'a name'],
] as const;

const unlooked: LookupFunction = (hostname) => {
  throw new Error(`"${hostname}" was looked up`);
};

describe('an address that is not a public one', () => {
  it.each(PRIVATE)('%s (%s) is refused', async (host, kind) => {
    const options = kind === 'a name' ? FETCH_MEDIA : { ...FETCH_MEDIA, lookup: unlooked };
    expect(await refusal(`https://${host}/a.png`, options)).toBe(NOT_PUBLIC);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
    'is not %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(['', 'example.com', 'fe80::1%eth0', '999.1.1.1'])('is anything that is none: "%s"', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
