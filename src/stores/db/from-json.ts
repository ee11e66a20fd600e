import { parseExactJson } from '../../lib/exact-json.ts';

/** The value of a text that `toJson` wrote, numbers with the digits they had. Throws for a text that is no JSON. */
export const fromJson = (text: string): unknown => {
  const value = parseExactJson(text);
  if (value === undefined) throw new SyntaxError('a stored text is no JSON');
  return value;
};
