/** What a value that came as JSON holds. */
export interface JsonWeight {
  /** Items of lists and entries of objects, at every level. */
  readonly values: number;
  /** UTF-16 code units of texts and of the names of entries. */
  readonly characters: number;
}

export interface JsonBounds extends JsonWeight {
  /** How many levels of lists and objects there may be. */
  readonly depth: number;
}

/** The bound that a value passes. */
export type PassedBound = keyof JsonBounds;

/** Bytes, a file that was uploaded for instance, are no JSON: they have no entries. */
const hasEntries = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Blob);

/**
 * Weighs a value, and stops at the first bound that it passes: what lies beyond is never visited, so that weighing costs no
 * more than the bounds allow. `count` is called with each value that is visited, for tests that count work.
 */
export const weighJson = (
  value: unknown,
  most: JsonBounds,
  count?: () => void,
): JsonWeight | { readonly passed: PassedBound } => {
  let values = 0;
  let characters = 0;

  const visitEntry = (entry: unknown, depth: number): PassedBound | undefined => {
    values += 1;
    count?.();
    if (values > most.values) return 'values';
    return visit(entry, depth);
  };
  const visit = (at: unknown, depth: number): PassedBound | undefined => {
    if (typeof at === 'string') characters += at.length;
    if (characters > most.characters) return 'characters';
    if (!hasEntries(at)) return undefined;
    if (depth === most.depth) return 'depth';
    if (Array.isArray(at)) {
      for (const item of at as readonly unknown[]) {
        const passed = visitEntry(item, depth + 1);
        if (passed !== undefined) return passed;
      }
      return undefined;
    }
    for (const [name, entry] of Object.entries(at)) {
      characters += name.length;
      const passed = visitEntry(entry, depth + 1);
      if (passed !== undefined) return passed;
    }
    return undefined;
  };

  const passed = visit(value, 0);
  return passed === undefined ? { values, characters } : { passed };
};
