import { expect, test } from 'vitest';
import { failureOf } from './provider-error.ts';
import { startUpstream, type UpstreamServer } from './upstream-server.ts';

const FAULT = new Error('the handler knows no answer');

const startBroken = () =>
  startUpstream(() => {
    throw FAULT;
  });

const closing = (upstream: UpstreamServer): Promise<unknown> =>
  failureOf(Promise.resolve(upstream[Symbol.asyncDispose]()));

test('a handler that throws cuts the connection, and closing the vendor throws what it threw', async () => {
  const upstream = await startBroken();
  expect(await failureOf(fetch(upstream.origin))).toBeInstanceOf(TypeError);
  expect(await closing(upstream)).toBe(FAULT);
});

test('whoever waits for a request hears at once that the handler threw', async () => {
  const upstream = await startBroken();
  const second = failureOf(upstream.request(1));
  await failureOf(fetch(upstream.origin));
  expect(await second).toBe(FAULT);
  expect(await failureOf(upstream.request(2))).toBe(FAULT);
  await closing(upstream);
});
