/**
 * A JSON value with U+FFFD for each half of a surrogate pair in its texts and names, since JSON with such halves is refused
 * by vendors and databases. Gives the value itself where there is none.
 */
export const toWellFormed = <T>(value: T): T => toWhole(value) as T;

const toWhole = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(toWhole);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let isWhole = true;
  const fields = Object.entries(value).map(([name, item]: [string, unknown]) => {
    const field = [name.toWellFormed(), toWhole(item)] as const;
    isWhole &&= field[0] === name && field[1] === item;
    return field;
  });
  return isWhole ? value : Object.fromEntries(fields);
};
