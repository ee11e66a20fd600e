import { expect, test } from 'vitest';
import { readRetryAfterMs } from '../../../../src/providers/shared/call/retry-after.ts';

const NOW_MS = Date.parse('2026-11-22T10:00:00Z');

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': '0.25' }, 250],
  [{ 'retry-after': ' 3 ' }, 3000],
  [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '300' }, 300],
  [{ 'retry-after-ms': '300', 'retry-after': '9' }, 300],
  [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after': '' }, null],
  [{}, null],
])('%j asks to wait %s ms', (headers, expected) => {
  expect(readRetryAfterMs(new Headers(headers), NOW_MS)).toBe(expected);
});
