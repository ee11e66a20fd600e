import type { PartialArg } from '@google/genai/web';
import type { JsonValue } from '../../../../core/json.ts';

type Node = Record<string, unknown> | unknown[];

/** Arguments that arrive value by value, each with the place it belongs to. */
export interface PartialArguments {
  /** Throws `TypeError` for a place that cannot be reached from what is there. */
  add(partial: PartialArg): void;
  value(): JsonValue;
}

/** A place is a JSON Path (RFC 9535) of names and indexes: `$.a.b[0]['c d']`. A text may come in several pieces. */
export const createPartialArguments = (): PartialArguments => {
  const root: Record<string, unknown> = {};
  let openPath: string | null = null;
  return {
    add({ jsonPath = '', stringValue, numberValue, boolValue, willContinue }) {
      const path = readPath(jsonPath);
      const name = path.pop();
      if (name === undefined) throw new TypeError(`not a path: ${jsonPath}`);
      const parent = reach(root, path, name);
      const before = openPath === jsonPath ? get(parent, name) : undefined;
      const text =
        stringValue === undefined ? undefined : `${typeof before === 'string' ? before : ''}${stringValue}`;
      set(parent, name, text ?? numberValue ?? boolValue ?? null);
      openPath = willContinue === true ? jsonPath : null;
    },
    value: () => root as JsonValue,
  };
};

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

const readPath = (jsonPath: string): (string | number)[] => {
  const path: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (jsonPath.startsWith('$') && STEP.lastIndex < jsonPath.length) {
    const step = STEP.exec(jsonPath);
    if (step === null) throw new TypeError(`not a path: ${jsonPath}`);
    const [, plain, index, ...quoted] = step;
    path.push(index === undefined ? (plain ?? quoted.join('').replace(/\\(.)/g, '$1')) : Number(index));
  }
  return path;
};

/** The object or list at a path, made where it is missing; `last` is the step that will be taken from there. */
const reach = (root: Node, path: readonly (string | number)[], last: string | number): Node => {
  let at = root;
  for (const [position, step] of path.entries()) {
    const next = get(at, step);
    if (typeof next === 'object' && next !== null) {
      at = next as Node;
      continue;
    }
    const made: Node = typeof (path[position + 1] ?? last) === 'number' ? [] : {};
    set(at, step, made);
    at = made;
  }
  return at;
};

const get = (node: Node, step: string | number): unknown =>
  Object.hasOwn(node, step) ? (node as Record<string | number, unknown>)[step] : undefined;

/** Own properties only, so that no name reaches a prototype, and no index that would leave a gap. */
const set = (node: Node, step: string | number, value: unknown): void => {
  if (Array.isArray(node) ? typeof step !== 'number' || step > node.length : typeof step === 'number')
    throw new TypeError(`no place for ${step}`);
  Object.defineProperty(node, step, { value, writable: true, enumerable: true, configurable: true });
};
