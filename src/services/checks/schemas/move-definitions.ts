import { followNames, fromPointerStep } from '../../../lib/json-pointer.ts';
import {
  isSchemaObject,
  listPlaces,
  mapSchema,
  type SchemaObject,
  type SchemaPlace,
  withoutKeywords,
} from './json-schema.ts';

const DEFINITIONS = ['$defs', 'definitions'];

/**
 * The same schema with definitions at its root alone: vendors refuse references to any other place, and schemas that were
 * put together from several (the tools of MCP servers) have definitions of their own further down, to which their
 * references lead as if they stood at the root. A schema that references lead to is moved, not copied; a reference that
 * leads to no schema stays. Gives the schema itself where nothing has to be moved, or where references may mean something
 * else, by an `$id` or an anchor.
 */
export const moveDefinitions = (schema: SchemaObject): SchemaObject => {
  const places = listPlaces(schema);
  if (places.some(hasName)) return schema;
  const known = new Set(places.map((place) => place.schema));
  const targets = new Map<SchemaObject, SchemaObject>();
  for (const place of places) {
    const reference = place.schema['$ref'];
    const target = typeof reference === 'string' ? findTarget(reference, place, known) : undefined;
    if (target !== undefined) targets.set(place.schema, target);
  }
  const aimedAt = new Set(targets.values());
  const moved = places.filter((place) => aimedAt.has(place.schema) && !isAtRoot(place));
  const isNested = places.some(({ above, schema: item }) => above !== null && hasDefinitions(item));
  if (moved.length === 0 && !isNested) return schema;
  return move(schema, targets, new Set(moved.map((place) => place.schema)));
};

const hasName = ({ above, schema }: SchemaPlace): boolean =>
  '$anchor' in schema || '$dynamicAnchor' in schema || (above !== null && '$id' in schema);

/** The root itself, or one of its definitions. */
const isAtRoot = ({ above, steps: [keyword = ''] }: SchemaPlace): boolean =>
  above === null || (above.above === null && DEFINITIONS.includes(keyword));

const hasDefinitions = (schema: SchemaObject): boolean => DEFINITIONS.some((keyword) => keyword in schema);

/** What a reference leads to: from the root, as the standard has it, or from a schema above with definitions of its own. */
const findTarget = (
  reference: string,
  place: SchemaPlace,
  known: ReadonlySet<SchemaObject>,
): SchemaObject | undefined => {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  const steps = reference
    .split('/')
    .slice(1)
    .map((step) => fromPointerStep(toPlain(step)));
  const isDefinition = DEFINITIONS.includes(steps[0] ?? '');
  let found: SchemaObject | undefined;
  for (let at: SchemaPlace | null = place; at !== null; at = at.above) {
    const isRoot = at.above === null;
    if (!isRoot && (found !== undefined || !isDefinition || !hasDefinitions(at.schema))) continue;
    const target = followNames(at.schema, steps) as SchemaObject | undefined;
    // What stands at the root goes before what stands nearer.
    if (target !== undefined && known.has(target)) found = target;
  }
  return found;
};

/** Pointers in URIs may be percent-encoded. */
const toPlain = (step: string): string => {
  try {
    return decodeURIComponent(step);
  } catch {
    // A percent sign that begins no escape stands for itself.
    return step;
  }
};

/** `targets`: what the schemas with references refer to; `moved`: those of them that become definitions. */
const move = (
  schema: SchemaObject,
  targets: ReadonlyMap<SchemaObject, SchemaObject>,
  moved: ReadonlySet<SchemaObject>,
): SchemaObject => {
  const atRoot = schema['$defs'];
  const names = nameAll(schema, moved, new Set(isSchemaObject(atRoot) ? Object.keys(atRoot) : []));
  const definitions: [string, SchemaObject][] = [];
  const mapped = mapSchema(schema, (item, place) => {
    const name = names.get(targets.get(place.schema) ?? item);
    const referring = name === undefined ? item : { ...item, $ref: `#/$defs/${name}` };
    const plain = place.above === null ? referring : withoutKeywords(referring, DEFINITIONS);
    const own = names.get(place.schema);
    if (own === undefined) return plain;
    definitions.push([own, plain]);
    return { $ref: `#/$defs/${own}` };
  });
  if (definitions.length === 0) return mapped;
  const own = mapped['$defs'];
  return { ...mapped, $defs: { ...(isSchemaObject(own) && own), ...Object.fromEntries(definitions) } };
};

/** A name for each schema that becomes a definition: the one it had, made plain and told apart from the others. */
const nameAll = (
  schema: SchemaObject,
  moved: ReadonlySet<SchemaObject>,
  taken: Set<string>,
): ReadonlyMap<SchemaObject, string> => {
  const names = new Map<SchemaObject, string>();
  const counts = new Map<string, number>();
  for (const { schema: item, steps } of listPlaces(schema)) {
    if (!moved.has(item) || names.has(item)) continue;
    const plain = (steps.at(-1) ?? '').replace(/[^\w-]/g, '_').slice(0, 60) || 'schema';
    let name = plain;
    while (taken.has(name)) {
      const count = (counts.get(plain) ?? 1) + 1;
      counts.set(plain, count);
      name = `${plain}_${count}`;
    }
    taken.add(name);
    names.set(item, name);
  }
  return names;
};
