const DAY_MS = 86_400_000;

/** Gives the present day, YYYY-MM-DD. */
export type Today = () => string;

/** The UTC day of a time in milliseconds since 1970, YYYY-MM-DD. */
export const toUtcDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a day that there is, YYYY-MM-DD: 2026-02-31 is none. */
export const isDay = (text: string): boolean => {
  const timeMs = DAY.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(timeMs) && toUtcDay(timeMs) === text;
};

/** Whether a text is a month that there is, YYYY-MM. */
export const isMonth = (text: string): boolean => isDay(`${text}-01`);

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
