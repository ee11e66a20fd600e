/** Everything an iterable gives, in order. Throws what it throws. */
export const toArray = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
};
