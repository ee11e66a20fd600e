import type { JsonValue } from '../../src/core/json.ts';

/** A step of a streamed document as the API tells it. */
export interface OutputStep {
  readonly path: string;
  readonly change: 'SET' | 'APPEND' | 'DONE';
  readonly value: JsonValue | null;
}

const tokensOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

// A document is built in place: its shape is the document's own.
// oxlint-disable-next-line typescript/no-explicit-any
type Built = any;

const put = (parent: Built, key: string, value: JsonValue | null): void => {
  // As `JSON.parse` does: `__proto__` is a key like others.
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
};

/** Adds up the steps of a document, and holds each of them to what is promised of steps. */
export const createOutputFold = () => {
  const root: Built = { document: null };
  const done = new Set<string>();
  const placeOf = (path: string): readonly [Built, string] => {
    const tokens = ['document', ...tokensOf(path)];
    const key = tokens.pop() ?? '';
    let parent = root;
    for (const token of tokens) {
      if (!Object.hasOwn(parent, token)) throw new Error(`there is nothing at ${path}`);
      parent = parent[token];
    }
    if (typeof parent !== 'object' || parent === null) throw new Error(`nothing can be at ${path}`);
    if (Array.isArray(parent) && Number(key) > parent.length) throw new Error(`${path} leaves a gap`);
    return [parent, key];
  };
  const forgetDone = (path: string): void => {
    for (const below of done) if (below === path || below.startsWith(`${path}/`)) done.delete(below);
  };
  return {
    add: ({ path, change, value }: OutputStep): void => {
      const [parent, key] = placeOf(path);
      if (change === 'SET') {
        if (Object.hasOwn(parent, key)) forgetDone(path);
        put(parent, key, structuredClone(value));
        return;
      }
      if (done.has(path)) throw new Error(`${path} was done`);
      if (change === 'DONE') {
        if (value !== null || !Object.hasOwn(parent, key)) throw new Error(`nothing is done at ${path}`);
        done.add(path);
        return;
      }
      if (typeof value !== 'string' || value === '' || typeof parent[key] !== 'string')
        throw new Error(`${path} is no string`);
      put(parent, key, parent[key] + value);
    },
    document: (): JsonValue | null => root.document as JsonValue | null,
  };
};
