import { expect, test } from 'vitest';
import { toPacificMidnightMs } from '../../../../src/providers/text/gemini/to-pacific-midnight-ms.ts';

const HOUR_MS = 3_600_000;

test.each([
  ['in winter', '2026-11-22T07:59:59.000Z', 1_000],
  ['at midnight', '2026-11-22T08:00:00.000Z', 24 * HOUR_MS],
  ['at noon', '2026-11-22T20:00:00.000Z', 12 * HOUR_MS],
  ['in summer', '2026-07-01T06:30:00.000Z', HOUR_MS / 2],
])('the next midnight in California, %s, is that far away', (_, now, ms) => {
  expect(toPacificMidnightMs(Date.parse(now))).toBe(ms);
});
