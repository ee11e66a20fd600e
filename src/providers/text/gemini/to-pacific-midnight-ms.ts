const DAY_SECONDS = 86_400;

/**
 * Milliseconds from a moment to the next midnight in California, to the second; an hour off on the two days of a year on
 * which its clocks are changed.
 */
export const toPacificMidnightMs = (nowMs: number): number => {
  const time = new Date(nowMs).toLocaleTimeString('en-GB', { timeZone: 'America/Los_Angeles' });
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return (DAY_SECONDS - (hours * 60 + minutes) * 60 - seconds) * 1_000;
};
