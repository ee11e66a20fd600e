import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type ReadyIterator, toReadyIterator } from '../../src/lib/ready-iterator.ts';
import { toArray } from '../support/to-array.ts';

/** A source that gives its items when the test says so, and knows whether it was returned. */
const createSource = () => {
  const asked: PromiseWithResolvers<IteratorResult<string, undefined>>[] = [];
  let returned = 0;
  const source: AsyncIterableIterator<string, undefined, undefined> = {
    next() {
      const next = Promise.withResolvers<IteratorResult<string, undefined>>();
      asked.push(next);
      return next.promise;
    },
    return() {
      returned += 1;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return {
    source,
    give: (value: string) => asked.at(-1)?.resolve({ done: false, value }),
    end: () => asked.at(-1)?.resolve({ done: true, value: undefined }),
    fail: (error: Error) => asked.at(-1)?.reject(error),
    asked: () => asked.length,
    returned: () => returned,
  };
};

const ready = (items: ReadyIterator<string>): Promise<void> =>
  new Promise((resolve) => {
    items.whenReady(resolve);
  });

describe('the items of an async iterable as a ready iterator', () => {
  test('are the same, in their order, and end', async () => {
    async function* letters() {
      yield 'a';
      yield 'b';
    }
    expect(await toArray(toReadyIterator(letters()))).toEqual(['a', 'b']);
  });

  test('are asked for when a consumer waits for one, never ahead', async () => {
    const { source, give, end, asked } = createSource();
    const items = toReadyIterator(source);
    expect([items.take(), items.hasEnded, asked()]).toEqual([undefined, false, 0]);
    const first = ready(items);
    const again = ready(items);
    expect(asked()).toBe(1);
    give('a');
    await Promise.all([first, again]);
    expect([items.take(), items.take(), items.hasEnded, asked()]).toEqual(['a', undefined, false, 1]);
    const second = ready(items);
    end();
    await second;
    expect([items.take(), items.hasEnded, asked()]).toEqual([undefined, true, 2]);
  });

  test('never wake a consumer before whenReady has returned', async () => {
    const { source, give } = createSource();
    const items = toReadyIterator(source);
    const woken: string[] = [];
    items.whenReady(() => woken.push('first'));
    give('a');
    await ready(items);
    items.whenReady(() => woken.push('second'));
    expect(woken).toEqual(['first']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toEqual(['first', 'second']);
    expect(items.take()).toBe('a');
  });

  test('throw what the source throws, once, where its item would have been taken', async () => {
    const { source, fail } = createSource();
    const items = toReadyIterator(source);
    const waiting = ready(items);
    fail(new Error('broken'));
    await waiting;
    expect(items.hasEnded).toBe(false);
    expect(() => items.take()).toThrow('broken');
    expect([items.take(), items.hasEnded]).toEqual([undefined, true]);
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  test('reject a pending next() with what the source throws', async () => {
    const { source, fail } = createSource();
    const pending = toReadyIterator(source).next();
    fail(new Error('broken'));
    await expect(pending).rejects.toThrow('broken');
  });

  test.each(['return', 'abort'] as const)(
    'end at once by %s, also while the source is silent, which is returned',
    async (how) => {
      const controller = new AbortController();
      const { source, give, returned } = createSource();
      const items = toReadyIterator(source, controller.signal);
      const pending = items.next();
      if (how === 'return') await items.return();
      else controller.abort();
      expect(await pending).toEqual({ done: true, value: undefined });
      expect([items.hasEnded, returned()]).toEqual([true, 1]);
      give('too late');
      await new Promise((resolve) => setImmediate(resolve));
      expect([items.take(), await items.next()]).toEqual([undefined, { done: true, value: undefined }]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    },
  );

  test('are none where the signal is aborted before', async () => {
    const { source, asked, returned } = createSource();
    const items = toReadyIterator(source, AbortSignal.abort());
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect([asked(), returned()]).toEqual([0, 1]);
  });
});
