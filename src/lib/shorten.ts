/** A text of at most so many UTF-16 code units, with a mark where the rest was left out. No pair of surrogates is split. */
export const shorten = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  return `${kept.isWellFormed() ? kept : kept.toWellFormed()}…`;
};
