import net from 'node:net';
import { expect, test } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.ts';
import { mapTransportError } from '../../../../src/providers/shared/call/map-transport-error.ts';
import { failureOf } from '../../../support/upstream/provider-error.ts';
import { sendEventStream, startUpstream } from '../../../support/upstream/upstream-server.ts';

const codeOf = (error: unknown): string | undefined => mapTransportError(error, 'testing')?.code;

test('a refused connection is PROVIDER_FAILED', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(codeOf(await failureOf(fetch(`http://127.0.0.1:${port}`)))).toBe('PROVIDER_FAILED');
});

test('a host nobody knows is PROVIDER_FAILED', async () => {
  expect(codeOf(await failureOf(fetch('http://nowhere.invalid')))).toBe('PROVIDER_FAILED');
});

test('a connection reset before the headers is PROVIDER_FAILED', async () => {
  await using upstream = await startUpstream(({ response }) => void response.destroy());
  expect(codeOf(await failureOf(fetch(upstream.origin)))).toBe('PROVIDER_FAILED');
});

test('a socket lost in the body is STREAM_TRUNCATED, wrapped by an SDK or not', async () => {
  await using upstream = await startUpstream(async (request) => {
    await sendEventStream(request, 'data: 1\n\n', { end: false });
    request.response.destroy();
  });
  const error = await failureOf(fetch(upstream.origin).then((response) => response.text()));
  expect(codeOf(error)).toBe('STREAM_TRUNCATED');
  expect(codeOf(new Error('Connection error.', { cause: error }))).toBe('STREAM_TRUNCATED');
});

const withCode = (code: string): Error =>
  new TypeError('terminated', { cause: Object.assign(new Error(code), { code }) });

test.each([
  ['UND_ERR_HEADERS_TIMEOUT', 'PROVIDER_TIMEOUT'],
  ['UND_ERR_CONNECT_TIMEOUT', 'PROVIDER_TIMEOUT'],
  ['UND_ERR_BODY_TIMEOUT', 'STREAM_STALLED'],
  ['UND_ERR_SOCKET', 'STREAM_TRUNCATED'],
])('%s is %s', (code, expected) => {
  expect(codeOf(withCode(code))).toBe(expected);
});

test('a frame that is no JSON is PROVIDER_FAILED', () => {
  expect(codeOf(new SyntaxError('malformed'))).toBe('PROVIDER_FAILED');
});

test('an error of ours is given back as it is, however deep an SDK has wrapped it', () => {
  const ours = new ProviderError('STREAM_STALLED', { provider: 'testing' });
  expect(
    mapTransportError(new Error('outer', { cause: new Error('inner', { cause: ours }) }), 'testing'),
  ).toBe(ours);
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'a code of a vendor that every object has a property of (%s) means nothing',
  (code) => {
    expect(mapTransportError(Object.assign(new Error('status 429'), { code }), 'testing')).toBeUndefined();
  },
);

test('what is no transport error is left to the provider', () => {
  expect(mapTransportError(new Error('status 400'), 'testing')).toBeUndefined();
  expect(mapTransportError('a string', 'testing')).toBeUndefined();
});
