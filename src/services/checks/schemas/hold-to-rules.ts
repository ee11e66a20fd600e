import type { StrictSchemaRules } from '../../../core/model-config.ts';
import { shorten } from '../../../lib/shorten.ts';
import {
  describesObject,
  isSchemaObject,
  listPlaces,
  mapSchema,
  type SchemaObject,
  type SchemaPlace,
  toPointer,
  withoutKeywords,
} from './json-schema.ts';
import type { SchemaUse, TakenSchema } from './schema-use.ts';

/** How many things that are wrong with a schema a message names. */
const MAX_NAMED = 5;

/** Of a pointer or a name that a message quotes, in UTF-16 code units. */
const MAX_SHOWN_LENGTH = 200;

const show = (place: SchemaPlace): string => shorten(toPointer(place), MAX_SHOWN_LENGTH);

/**
 * A schema that the model is to be held to, by the rules of its API. Objects that are neither open nor closed are closed,
 * with a warning: what the model writes then fits the schema as given, too. Anything else that breaks a rule is refused, or,
 * where the caller asked for that, the schema is sent without the model being held to it, or without what the API refuses.
 */
export const holdToRules = (schema: SchemaObject, use: SchemaUse): TakenSchema => {
  const { path, config, findings, isHeld, canBeLoose } = use;
  const rules = config.schemas.strict;
  if (rules === null || !isHeld) return { schema, isHeld };
  const breaches = listPlaces(schema).flatMap((place) => findBreaches(place, rules));
  if (breaches.length === 0) return { schema: closeObjects(schema, use), isHeld };
  const named = breaches.slice(0, MAX_NAMED).map(({ place, what }) => `${show(place)} ${what}`);
  const more = breaches.length > MAX_NAMED ? `; and ${breaches.length - MAX_NAMED} more` : '';
  findings.unsupported(
    {
      path,
      from: named,
      message: `The API of the model "${config.name}" cannot hold it to this schema: ${named.join('; ')}${more}.`,
      allowed: allowedBy(rules),
      suggestion: canBeLoose
        ? 'Change the schema, or give it with strict: false.'
        : 'Change the schema, or state the rest in a description.',
    },
    {
      code: 'SCHEMA_DOWNGRADED',
      to: canBeLoose ? 'strict: false' : 'without what the API refuses, its objects closed',
    },
  );
  if (canBeLoose) return { schema, isHeld: false };
  const plain = mapSchema(schema, (item) => withoutRefused(item, rules));
  return { schema: closeObjects(plain, null), isHeld };
};

const allowedBy = ({ everyPropertyRequired }: StrictSchemaRules): readonly string[] => [
  '"additionalProperties": false in every object',
  ...(everyPropertyRequired
    ? ['every property in "required"; one that may be missing has the type null besides']
    : []),
];

const isRefused = (schema: SchemaObject, keyword: string, { refusedKeywords }: StrictSchemaRules): boolean =>
  refusedKeywords.includes(keyword) &&
  // A list of at least one is the one bound that every API takes.
  !(keyword === 'minItems' && (schema['minItems'] === 0 || schema['minItems'] === 1));

/** What breaks a rule, and where: a pointer may be long, and is made only for what is named. */
interface Breach {
  readonly place: SchemaPlace;
  readonly what: string;
}

const findBreaches = (place: SchemaPlace, rules: StrictSchemaRules): readonly Breach[] => {
  const { schema } = place;
  const found = Object.keys(schema)
    .filter((keyword) => isRefused(schema, keyword, rules))
    .map((keyword) => `has "${keyword}"`);
  const { additionalProperties: more } = schema;
  if (more !== undefined && more !== false) found.push('is open by "additionalProperties"');
  if (rules.everyPropertyRequired && isSchemaObject(schema['properties'])) {
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const optional = Object.keys(schema['properties']).filter((name) => !required.has(name));
    if (optional.length > 0)
      found.push(
        `does not require ${optional
          .slice(0, MAX_NAMED)
          .map((name) => JSON.stringify(shorten(name, MAX_SHOWN_LENGTH)))
          .join(', ')}`,
      );
  }
  return found.map((what) => ({ place, what }));
};

const withoutRefused = (schema: SchemaObject, rules: StrictSchemaRules): SchemaObject => {
  const plain = withoutKeywords(
    schema,
    Object.keys(schema).filter((keyword) => isRefused(schema, keyword, rules)),
  );
  // What was one of several is any of them.
  const alternatives = schema['anyOf'] === undefined && 'oneOf' in schema ? { anyOf: schema['oneOf'] } : {};
  const closed = schema['additionalProperties'] === undefined ? {} : { additionalProperties: false };
  return { ...plain, ...alternatives, ...closed };
};

/** `use`: who is warned; null: the warning that has been given covers it. */
const closeObjects = (schema: SchemaObject, use: SchemaUse | null): SchemaObject => {
  const closed: SchemaPlace[] = [];
  const taken = mapSchema(schema, (item, place) => {
    if (!describesObject(item) || item['additionalProperties'] === false) return item;
    closed.push(place);
    return { ...item, additionalProperties: false };
  });
  if (closed.length === 0) return schema;
  const pointers = closed.slice(0, MAX_NAMED).map(show);
  use?.findings.warn(
    'SCHEMA_DOWNGRADED',
    `The API of the model "${use.config.name}" takes closed objects alone: "additionalProperties": false was added at ${pointers.join(', ')}${closed.length > MAX_NAMED ? ' and elsewhere' : ''}.`,
    { path: use.path, from: null, to: { additionalProperties: false } },
  );
  return taken;
};
