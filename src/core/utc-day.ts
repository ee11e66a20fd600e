const DAY_MS = 86_400_000;

/** Gives the present day, YYYY-MM-DD. */
export type Today = () => string;

/** The UTC day of a time in milliseconds since 1970, YYYY-MM-DD. */
export const toUtcDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** The UTC day by a clock of milliseconds since 1970; written out once a day, as a list of models asks for it by the thousand. */
export const createToday = (now: () => number): Today => {
  let day = Number.NaN;
  let written = '';
  return () => {
    const present = Math.floor(now() / DAY_MS);
    if (present !== day) {
      day = present;
      written = toUtcDay(present * DAY_MS);
    }
    return written;
  };
};
