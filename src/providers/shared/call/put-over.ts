import type { ProviderOptions } from '../../../core/text-request.ts';

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const join = (below: unknown, above: unknown): unknown => {
  if (!isObject(below) || !isObject(above)) return above;
  const fields = new Map<string, unknown>(Object.entries(below));
  for (const [name, value] of Object.entries(above)) fields.set(name, join(fields.get(name), value));
  return Object.fromEntries(fields);
};

/**
 * A request's body with the caller's own fields over it: objects are joined field by field, anything else takes the
 * place of what was there. Changes neither; gives the body itself for null.
 */
export const putOver = <T extends object>(body: T, options: ProviderOptions | null): T =>
  options === null ? body : (join(body, options) as T);
