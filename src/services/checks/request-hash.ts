import { createHash } from 'node:crypto';

/** The same value with the keys of every object in one order. */
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

/** Tells whether two requests ask for the same, whatever order their fields came in. */
export const requestHashOf = (request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(inOrder(request)))
    .digest('hex');
