import type { JsonValue } from '../../../../core/json.ts';

type JsonObject = { readonly [key: string]: JsonValue };

const MAX_DEPTH = 24;

const STRING_OF_FORMAT: ReadonlyMap<string, string> = new Map([
  ['date', '2026-01-01'],
  ['time', '12:00:00Z'],
  ['date-time', '2026-01-01T12:00:00Z'],
  ['duration', 'P1D'],
  ['email', 'demo@example.com'],
  ['hostname', 'example.com'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
]);

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

const numberOf = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** A schema's own words may be names that every object has. */
const ownOf = (value: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined;

const followReference = (reference: string, root: JsonValue): JsonValue | undefined => {
  let at: JsonValue | undefined = root;
  for (const step of decodeURIComponent(reference).replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) ? ownOf(at, key) : listOf(at)[Number(key)];
  }
  return at;
};

const typeOf = (schema: JsonObject): string => {
  const named = [schema['type']].flat().filter((type) => typeof type === 'string');
  const type = named.find((name) => name !== 'null') ?? named[0];
  if (type !== undefined) return type;
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return 'number';
  return 'string';
};

const sampleString = (schema: JsonObject, variant: number): string => {
  const format = schema['format'];
  const known = typeof format === 'string' ? STRING_OF_FORMAT.get(format) : undefined;
  if (known !== undefined) return known;
  const base = variant === 0 ? 'demo' : `demo-${variant + 1}`;
  return base.padEnd(numberOf(schema['minLength']) ?? 0, '.').slice(0, numberOf(schema['maxLength']));
};

const sampleNumber = (schema: JsonObject, integer: boolean, variant: number): number => {
  const step = numberOf(schema['multipleOf']) ?? (integer ? 1 : 0.5);
  const above = numberOf(schema['exclusiveMinimum']);
  const below = numberOf(schema['exclusiveMaximum']);
  const least = numberOf(schema['minimum']) ?? above;
  const most = numberOf(schema['maximum']) ?? below;
  if (least === undefined && most === undefined) return step * (variant + (integer ? 1 : 2));
  let value = least === undefined ? Math.floor((most ?? 0) / step) * step : Math.ceil(least / step) * step;
  if (above !== undefined && value <= above) value += step;
  if (below !== undefined && value >= below) value -= step;
  return value + (least === undefined ? -variant : variant) * step;
};

/** A schema with others put over it, each followed where it is a reference: all of them have to accept the value. */
const merge = (from: JsonObject, parts: readonly JsonValue[], root: JsonValue): JsonObject => {
  let merged = from;
  for (const part of parts) {
    const target =
      isObject(part) && typeof part['$ref'] === 'string' ? followReference(part['$ref'], root) : part;
    if (!isObject(target)) continue;
    merged = {
      ...merged,
      ...target,
      properties: {
        ...(isObject(merged['properties']) ? merged['properties'] : {}),
        ...(isObject(target['properties']) ? target['properties'] : {}),
      },
      required: [...listOf(merged['required']), ...listOf(target['required'])],
    };
  }
  return merged;
};

/** Where in a schema a value is made, and which one of the values that differ. */
interface Place {
  readonly root: JsonValue;
  readonly depth: number;
  readonly variant: number;
}

const sampleObject = (from: JsonObject, { root, depth }: Place): JsonValue => {
  const properties = isObject(from['properties']) ? from['properties'] : {};
  const required = listOf(from['required']).filter((name) => typeof name === 'string');
  const others = from['additionalProperties'] ?? true;
  const place = { root, depth: depth + 1, variant: 0 };
  return Object.fromEntries(required.map((name) => [name, sample(ownOf(properties, name) ?? others, place)]));
};

const sampleArray = (from: JsonObject, { root, depth }: Place): JsonValue => {
  const first = listOf(from['prefixItems']);
  const length = Math.max(numberOf(from['minItems']) ?? 0, first.length);
  return Array.from({ length }, (_, index) =>
    sample(first[index] ?? from['items'] ?? true, {
      root,
      depth: depth + 1,
      variant: from['uniqueItems'] === true ? index : 0,
    }),
  );
};

/** For a schema that says what it accepts by itself. */
const sampleType = (from: JsonObject, place: Place): JsonValue => {
  switch (typeOf(from)) {
    case 'object':
      return sampleObject(from, place);
    case 'array':
      return sampleArray(from, place);
    case 'integer':
      return sampleNumber(from, true, place.variant);
    case 'number':
      return sampleNumber(from, false, place.variant);
    case 'boolean':
      return place.variant % 2 === 0;
    case 'null':
      return null;
    default:
      return sampleString(from, place.variant);
  }
};

const sample = (from: JsonValue, place: Place): JsonValue => {
  const { root, depth, variant } = place;
  if (!isObject(from) || depth > MAX_DEPTH) return null;
  if (from['const'] !== undefined) return from['const'];
  const values = listOf(from['enum']);
  if (values.length > 0) return values[variant % values.length] ?? null;
  const deeper = { ...place, depth: depth + 1 };
  if (typeof from['$ref'] === 'string') return sample(followReference(from['$ref'], root) ?? true, deeper);
  const { allOf, anyOf, oneOf, ...rest } = from;
  if (allOf !== undefined) {
    const others = { ...(anyOf === undefined ? {} : { anyOf }), ...(oneOf === undefined ? {} : { oneOf }) };
    return sample({ ...merge(rest, listOf(allOf), root), ...others }, deeper);
  }
  const alternatives = [...listOf(anyOf), ...listOf(oneOf)];
  if (alternatives.length === 0) return sampleType(from, place);
  // Deep down a recursive schema the last alternative (by custom the null) is the way out.
  const chosen = depth > MAX_DEPTH / 2 ? alternatives.at(-1) : alternatives[0];
  return sample(merge(rest, [chosen ?? true], root), deeper);
};

/**
 * The smallest value that the JSON Schema accepts: required properties and items only, the first of several
 * alternatives. Deterministic. Knows the common keywords; `pattern`, `not` and `if` are beyond it.
 */
export const toSampleValue = (schema: JsonValue): JsonValue =>
  sample(schema, { root: schema, depth: 0, variant: 0 });
