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

const mapUnits = (key: string, encode: (code: number) => string): string =>
  key
    .split('')
    .map((unit) => encode(unit.charCodeAt(0)))
    .join('');

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
  ['in HTML', (key) => mapUnits(key, (code) => `&#${code};`)],
  ['in HTML, in hex', (key) => mapUnits(key, (code) => `&#x${code.toString(16)};`)],
  ['escaped as in JSON', (key) => mapUnits(key, (code) => `\\u${code.toString(16).padStart(4, '0')}`)],
  ['wrapped', (key) => `${key.slice(0, 5)}\n  ${key.slice(5, 9)}\\n${key.slice(9)}`],
  ['with spaces in it', (key) => key.split('').join(' ')],
  ['with breaks that are not seen', (key) => key.split('').join('\u200b')],
  ['in two', (key) => `${key.slice(0, key.length / 2)}", "${key.slice(key.length / 2)}`],
  ['by its end', (key) => `…${key.slice(-key.length * 0.6)}`],
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

test('an ASCII key is taken out of an address in which every character is escaped', () => {
  hide('plainkey-1234567');
  const quoted = mapUnits('plainkey-1234567', (code) => `%${code.toString(16)}`);
  expect(redactSecrets(`?key=${quoted}&alt=sse`)).toBe('?key=[key]&alt=sse');
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
