export interface JsonMeasure {
  /** How deep lists and objects nest: 0 for any other value. No more than `maxDepth + 1` is found out. */
  readonly depth: number;
  /** About as many characters as its JSON has. */
  readonly length: number;
}

/** Measures a value that was read from JSON, without recursion beyond so many levels. */
export const measureJson = (value: unknown, maxDepth: number): JsonMeasure => {
  if (typeof value === 'string') return { depth: 0, length: value.length + 2 };
  if (typeof value !== 'object' || value === null) return { depth: 0, length: 8 };
  let depth = 0;
  let length = 2;
  if (maxDepth < 0) return { depth: 1, length };
  const add = (item: unknown): void => {
    const inner = measureJson(item, maxDepth - 1);
    depth = Math.max(depth, inner.depth);
    length += inner.length + 1;
  };
  if (Array.isArray(value)) for (const item of value) add(item);
  else
    for (const [name, item] of Object.entries(value)) {
      length += name.length + 3;
      add(item);
    }
  return { depth: depth + 1, length };
};
