import { afterEach, describe, expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import { hideSecrets, redactSecrets } from '../../src/core/secrets.ts';

const KEYS = ['plainkey-1234567', 'a+b/c=d$e^f.g?h', 'Ключ-от-сервера', 'gsk_0123456789abcdef'] as const;

const cleanUp: (() => void)[] = [];
const hide = (...secrets: readonly string[]): (() => void) => {
  const show = hideSecrets(secrets);
  cleanUp.push(show);
  return show;
};
afterEach(() => {
  for (const show of cleanUp.splice(0)) show();
});

const encodings: readonly (readonly [name: string, encode: (key: string) => string])[] = [
  ['as it is', (key) => key],
  ['in other letters', (key) => key.toUpperCase()],
  ['in an address', (key) => `https://example.com/v1?key=${encodeURIComponent(key)}&alt=sse`],
  ['in JSON', (key) => JSON.stringify({ authorization: `Bearer ${key}` })],
  ['in base64', (key) => Buffer.from(key).toString('base64')],
  ['in base64 after other words', (key) => Buffer.from(`Bearer ${key}`).toString('base64')],
  ['in base64 between other words', (key) => Buffer.from(`me:${key}!`).toString('base64')],
  ['in the base64 of addresses', (key) => Buffer.from(`user:${key}`).toString('base64url')],
  ['in hex', (key) => Buffer.from(key).toString('hex')],
  ['cut short', (key) => `${key.slice(0, -3)}...`],
  ['with stars in it', (key) => `${key.slice(0, 4)}*****${key.slice(-3)}`],
];

describe.each(KEYS)('the hidden key %s', (key) => {
  test.each(encodings)('is taken out of a text %s', (_name, encode) => {
    hide(key);
    const quoted = encode(key);
    const redacted = redactSecrets(`Wrong key ${quoted} of yours`);
    expect(redacted).toContain('[key]');
    expect(redacted).toContain('Wrong key ');
    expect(redacted).not.toContain(quoted);
    expect(redacted).not.toContain(key.slice(-3));
  });
});

test('what is no key stays as it is, and so does what is too short to be one', () => {
  hide('plainkey-1234567', 'none', '');
  for (const text of ['none of them', 'plain words', 'a plain key', ''])
    expect(redactSecrets(text)).toBe(text);
});

test('a key is hidden until every server that has it has closed', () => {
  const [first, second] = [hide('plainkey-1234567'), hide('plainkey-1234567')];
  first();
  first();
  expect(redactSecrets('plainkey-1234567')).toBe('[key]');
  second();
  expect(redactSecrets('plainkey-1234567')).toBe('plainkey-1234567');
});

test("a vendor's words and its request id hold no key, neither for clients nor for the log", () => {
  hide('plainkey-1234567');
  const error = new ProviderError('PROVIDER_REJECTED', {
    provider: 'toy',
    vendorMessage: 'No model for plainkey-1234567.',
    requestId: Buffer.from('plainkey-1234567').toString('base64'),
  });
  expect([error.message, error.vendorMessage, error.requestId]).toEqual([
    'The provider rejected the request: No model for [key]',
    'No model for [key]',
    '[key]',
  ]);
});
