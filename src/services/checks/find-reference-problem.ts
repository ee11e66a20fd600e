import type { JsonValue } from '../../core/json.ts';
import { isRecord } from '../../lib/is-record.ts';
import { followNames, fromPointerStep } from '../../lib/json-pointer.ts';
import { shorten } from '../../lib/shorten.ts';

const REFERENCES = ['$ref', '$dynamicRef'] as const;
const NAMES = ['$anchor', '$dynamicAnchor'] as const;

/** Under these stand values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

interface Found {
  readonly references: string[];
  /** What references may name: identifiers, and anchors with a `#` before them. */
  readonly names: Set<string>;
}

const collect = (schema: JsonValue): Found => {
  const found: Found = { references: [], names: new Set() };
  const left: unknown[] = [schema];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, item] of Object.entries(next)) if (!VALUES.has(name)) left.push(item);
    if (!isRecord(next)) continue;
    for (const name of REFERENCES) if (typeof next[name] === 'string') found.references.push(next[name]);
    for (const name of NAMES) if (typeof next[name] === 'string') found.names.add(`#${next[name]}`);
    if (typeof next['$id'] === 'string') found.names.add(next['$id']);
  }
  return found;
};

const unescape = (token: string): string => {
  try {
    return fromPointerStep(decodeURIComponent(token));
  } catch {
    return token;
  }
};

/** Of a reference, in UTF-16 code units, that is shown. */
const MAX_SHOWN_LENGTH = 200;

const show = (reference: string): string => `"${shorten(reference, MAX_SHOWN_LENGTH)}"`;

const pointsSomewhere = (schema: JsonValue, pointer: string): boolean =>
  followNames(schema, pointer.split('/').slice(1).map(unescape)) !== undefined;

/**
 * What keeps a schema from being applied by itself: a reference that leads outside of it, or nowhere. null: nothing does.
 * No schema is ever fetched. Schemas that give parts of themselves an `$id` are taken at their word about those.
 */
export const findReferenceProblem = (schema: JsonValue): string | null => {
  const { references, names } = collect(schema);
  const hasIds = [...names].some((name) => !name.startsWith('#'));
  for (const reference of references) {
    if (reference === '#' || names.has(reference)) continue;
    if (reference.startsWith('#/')) {
      if (hasIds || pointsSomewhere(schema, reference.slice(1))) continue;
      return `The schema refers to ${show(reference)}, which it does not hold.`;
    }
    if (hasIds && !URL.canParse(reference)) continue;
    if (names.has(reference.split('#', 1)[0] ?? '')) continue;
    return `The schema refers to ${show(reference)}, which is no part of it: schemas are not fetched.`;
  }
  return null;
};
