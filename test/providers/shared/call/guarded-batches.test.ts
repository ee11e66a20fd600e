import { expect, test } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.ts';
import type { StreamEvent, StreamItem } from '../../../../src/core/stream-event.ts';
import { guardStream } from '../../../../src/providers/shared/call/terminal-guard.ts';
import { toArray } from '../../../support/to-array.ts';

const text = (value: string): StreamEvent => ({ type: 'text-delta', text: value });
const FINISH = { type: 'finish', reason: 'stop', rawReason: 'stop', usage: null, state: null } as const;

const guard = (open: () => AsyncIterable<StreamItem>) =>
  guardStream({
    provider: 'testing',
    signal: new AbortController().signal,
    open,
    mapError: () => new ProviderError('PROVIDER_REJECTED', { provider: 'testing' }),
  });

test('two that wait at once get one event each, in order', async () => {
  const stream = guard(async function* () {
    yield text('a');
    await new Promise(setImmediate);
    yield text('b');
    yield FINISH;
  });
  const both = await Promise.all([stream.next(), stream.next()]);
  expect(both.map(({ value }) => value)).toEqual([text('a'), text('b')]);
  expect(await toArray(stream)).toEqual([FINISH]);
});

test('batches that are there are taken without waiting, and the stream says when it has ended', async () => {
  const batches = guard(async function* () {
    yield [text('a'), text('b')];
    yield [FINISH];
  }).batches();
  const ready = (): Promise<void> => new Promise((resolve) => batches.whenReady(resolve));
  expect(batches.take()).toBeUndefined();
  await ready();
  expect(batches.take()).toEqual([text('a'), text('b')]);
  expect(batches.take()).toBeUndefined();
  await ready();
  expect(batches.take()).toEqual([FINISH]);
  expect([batches.take(), batches.hasEnded]).toEqual([undefined, false]);
  await ready();
  expect([batches.take(), batches.hasEnded]).toEqual([undefined, true]);
});
