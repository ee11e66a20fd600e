import { expect, test } from 'vitest';
import { createBatchLimiter } from '../../../../src/providers/shared/batch/limits.ts';
import { createConfig } from '../../text/openai/openai-harness.ts';

const limiter = (maxRequests: number, maxFileSizeMb: number): ReturnType<typeof createBatchLimiter> =>
  createBatchLimiter(
    createConfig('responses_api', {
      batch: { type: 'native', maxRequests, maxFileSizeMb, discountPercent: 50 },
    }),
  );

test('as many requests as are allowed are taken, one more is refused with the number allowed', () => {
  const { add } = limiter(3, 1);
  for (let count = 0; count < 3; count += 1) add(10);
  expect(() => add(10)).toThrow(
    expect.objectContaining({
      code: 'INVALID_REQUEST',
      message: 'A batch of "tested" takes at most 3 requests.',
    }),
  );
});

test('as many bytes as are allowed are taken, one more is refused with the number allowed', () => {
  const { add } = limiter(10, 2);
  add(2 * 1024 * 1024 - 1);
  add(1);
  expect(() => add(1)).toThrow(
    expect.objectContaining({
      code: 'INVALID_REQUEST',
      message: 'A batch of "tested" takes at most 2 MB (2097152 bytes), as its vendor counts them.',
    }),
  );
});

test('a model without batches has no limits to hold one to', () => {
  expect(() => createBatchLimiter(createConfig('responses_api'))).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
});
