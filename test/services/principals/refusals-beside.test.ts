import { expect, it } from 'vitest';
import { RateLimiter } from '../../../src/services/principals/limits/rate-limiter.ts';
import { StoreFallback } from '../../../src/services/principals/limits/store-fallback.ts';
import { SILENT_LOG } from '../../support/databases/stores.ts';

const LIMIT = { account: 'key:a', name: 'batchesAtOnce', limit: 100, isShared: false } as const;

it('refusals of batches come later and later, and hold no place meanwhile', async () => {
  const limiter = new RateLimiter({
    fallback: new StoreFallback({ store: null, log: SILENT_LOG, answerMs: 1, retryMs: 1 }),
    now: () => 0,
    onRefused: () => undefined,
  });
  let settled = 0;
  const refusals = Array.from({ length: 60 }, async () => {
    try {
      return await limiter.holdBeside([LIMIT], async () => 100);
    } catch (error) {
      settled += 1;
      return error;
    }
  });
  await Promise.all(refusals.slice(0, 10));
  // The last ones wait for seconds.
  expect(settled).toBeLessThan(60);
  expect(await limiter.read(LIMIT)).toMatchObject({ remaining: 100 });
  limiter.stop();
  for (const refusal of await Promise.all(refusals))
    expect(refusal).toMatchObject({ name: 'RateLimited', limit: { name: 'batchesAtOnce' } });
  const hold = await limiter.holdBeside([LIMIT], async () => 99);
  expect(await limiter.read(LIMIT)).toMatchObject({ remaining: 99 });
  hold.release();
});
