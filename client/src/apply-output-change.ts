interface Change {
  readonly change: 'SET' | 'APPEND' | 'DONE';
  readonly value: unknown;
}

type Container = Readonly<Record<string, unknown>>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

const applyAt = (value: unknown, keys: readonly string[], { change, value: given }: Change): unknown => {
  const [key, ...rest] = keys;
  if (key === undefined) {
    if (change === 'SET') return given;
    return typeof value === 'string' && typeof given === 'string' ? value + given : value;
  }
  if (!isContainer(value)) return value;
  const known = Object.hasOwn(value, key) ? value[key] : undefined;
  const next = applyAt(known, rest, { change, value: given });
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
  return applyAt(document, keys, change);
};
