/**
 * A piece of an answer's text; gateways write null, or leave the field out, for none. Throws for anything else than text:
 * put together with text it would become some, such as `[object Object]`.
 */
export const toText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw new TypeError(`a ${typeof value} where the answer has text`);
  return value;
};
