import { expect, test } from 'vitest';
import type { GenerationError } from '../../src/core/generation.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import { startInBackground } from '../../src/services/catch-defects.ts';

const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    'before it has given a promise',
    () => {
      throw new Error('made up');
    },
  ],
  ['at once', () => Promise.reject(new Error('made up'))],
  ['later', () => new Promise(setImmediate).then(() => Promise.reject(new Error('made up')))],
];

test.each(WAYS)('work that fails %s is logged, and ends its generation alone', async (_, start) => {
  const logged: unknown[] = [];
  const silent = (): void => undefined;
  const error = (fields: unknown): void => void logged.push(fields);
  const log: ServiceLog = { debug: silent, info: silent, warn: silent, error };
  const failed = Promise.withResolvers<GenerationError>();
  expect(() => startInBackground({ id: 'gen_1', fail: failed.resolve }, log, start)).not.toThrow();
  expect(await failed.promise).toMatchObject({ code: 'INTERNAL' });
  expect(logged).toMatchObject([{ generationId: 'gen_1', err: { message: 'made up' } }]);
});
