interface Change {
  readonly change: 'SET' | 'APPEND' | 'DONE';
  readonly value: unknown;
}

type Container = Readonly<Record<string, unknown>>;

/** The server's documents have at most 100 levels; a stack of calls has room for some thousands. */
const MAX_DEPTH = 1_000;

/** Whether a container has the key, or can be given it: an array only grows by its next item. */
const canHold = (value: unknown, key: string): value is Container => {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) || (/^(0|[1-9]\d*)$/.test(key) && Number(key) <= value.length);
};

const applyAt = (value: unknown, keys: readonly string[], depth: number, given: Change): unknown => {
  const key = keys[depth];
  if (key === undefined) {
    if (given.change === 'SET') return given.value;
    return typeof value === 'string' && typeof given.value === 'string' ? value + given.value : value;
  }
  if (!canHold(value, key)) return value;
  const known = Object.hasOwn(value, key) ? value[key] : undefined;
  const next = applyAt(known, keys, depth + 1, given);
  if (next === known) return value;
  const copy = Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value };
  // As `JSON.parse` does: `__proto__` is a key like others.
  return Object.defineProperty(copy, key, {
    value: next,
    writable: true,
    enumerable: true,
    configurable: true,
  });
};

/**
 * A JSON document with one step of OutputUpdated applied. What the step does not reach keeps its identity; a step that
 * leads nowhere, because its beginning was not seen, changes nothing.
 */
export const applyOutputChange = (document: unknown, path: string, change: Change): unknown => {
  if (change.change === 'DONE') return document;
  const keys = path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.length > MAX_DEPTH ? document : applyAt(document, keys, 0, change);
};
