import { createHash } from 'node:crypto';

/** The same value with the keys of every object sorted and without those that are undefined. */
const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, inOrder(item)]),
  );
};

/** The same for two requests exactly when they ask for the same, whatever the order of their fields. Hexadecimal SHA-256. */
export const requestHashOf = (request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(inOrder(request)))
    .digest('hex');
