import { expect, test } from 'vitest';
import { createCallIds } from '../../../../src/providers/shared/reading/call-ids.ts';
import { MAX_CALLS } from '../../../../src/providers/shared/reading/limits.ts';

test('the same id for each call gives each another one, as often as an answer may have calls', () => {
  const ids = createCallIds();
  expect(['a', 'a', 'a_2', 'a', ''].map((given) => ids.claim(given))).toEqual([
    'a',
    'a_2',
    'a_2_2',
    'a_3',
    'call_4',
  ]);
  for (let count = 5; count < MAX_CALLS; count += 1) ids.claim('a');
  expect(() => ids.claim('b')).toThrow(`more than ${MAX_CALLS} calls`);
});
