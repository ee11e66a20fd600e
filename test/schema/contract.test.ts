import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  findSchemaChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/schema/index.ts';

/** What clients have been promised. It grows with what is delivered; nothing in it is ever changed or taken away. */
const PROMISED = new URL('contract.graphql', import.meta.url);
/** `schema.graphql` as of the last release, which writes it. */
const RELEASED = new URL('released.graphql', import.meta.url);
const PRINTED = new URL('../../schema.graphql', import.meta.url);

/** Changes that no client notices which was written against the promise. */
const ADDITIONS: ReadonlySet<string> = new Set([
  'DESCRIPTION_CHANGED',
  'TYPE_ADDED',
  'FIELD_ADDED',
  'OPTIONAL_ARG_ADDED',
  'OPTIONAL_INPUT_FIELD_ADDED',
  'VALUE_ADDED_TO_ENUM',
  'IMPLEMENTED_INTERFACE_ADDED',
  'DIRECTIVE_ADDED',
]);

const breaches = (promised: string, printed: string): string[] =>
  findSchemaChanges(buildSchema(promised), buildSchema(printed))
    .filter(({ type }) => !ADDITIONS.has(type))
    .map(({ type, description }) => `${type}: ${description}`);

/** Why each deprecated field, argument, input field and enum value is deprecated. */
const deprecationReasons = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type): readonly { readonly deprecationReason: string | null | undefined }[] => {
      if (isEnumType(type)) return type.getValues();
      if (isInputObjectType(type)) return Object.values(type.getFields());
      if (!isObjectType(type) && !isInterfaceType(type)) return [];
      return Object.values(type.getFields()).flatMap((field) => [field, ...field.args]);
    })
    .flatMap(({ deprecationReason }) => deprecationReason ?? []);

/** The version that deprecates it, and what takes its place. */
const REASON = /^Since \d+\.\d+\.\d+: .+\.$/;

describe('the schema', () => {
  it('has everything that clients were promised, with the same types, nullability and defaults', async () => {
    expect(breaches(await readFile(PROMISED, 'utf8'), printSchema(createSchema()))).toEqual([]);
  });

  it('has everything that the last release had', async () => {
    expect(breaches(await readFile(RELEASED, 'utf8'), printSchema(createSchema()))).toEqual([]);
  });

  it('says of everything that is deprecated since when, and what takes its place', () => {
    expect(deprecationReasons(createSchema()).filter((reason) => !REASON.test(reason))).toEqual([]);
  });

  it('is the one that is printed in schema.graphql', async () => {
    const printed = `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
    expect(await readFile(PRINTED, 'utf8')).toBe(printed);
  });
});

it('deprecations are found wherever they can be', () => {
  const schema = buildSchema(`
    type Query { old: Int @deprecated(reason: "Since 1.4.0: use new.") new(old: Int @deprecated(reason: "a")): Kind }
    input Input { old: Int @deprecated(reason: "b") }
    enum Kind { OLD @deprecated(reason: "c") NEW }
  `);
  const reasons = deprecationReasons(schema);
  expect(reasons.toSorted()).toEqual(['Since 1.4.0: use new.', 'a', 'b', 'c']);
  expect(reasons.filter((reason) => REASON.test(reason))).toEqual(['Since 1.4.0: use new.']);
});

describe('a promise is seen to be broken', () => {
  const promised = `
    type Query { field(argument: Int = 1, other: Input): String! list: [Kind!]! maybe: Int }
    input Input { value: String @deprecated(reason: "none"), limit: Int! = 5 }
    enum Kind { A B }
  `;

  it.each([
    ['a field is gone', 'list: [Kind!]!', '', ['FIELD_REMOVED']],
    ['a field may be null', 'String!', 'String', ['FIELD_CHANGED_KIND']],
    ['items of a list may be null', '[Kind!]!', '[Kind]!', ['FIELD_CHANGED_KIND']],
    ['a field that may be null no longer may', 'maybe: Int', 'maybe: Int!', ['FIELD_CHANGED_KIND_SAFE']],
    ['a field has another type', 'String!', 'Int!', ['FIELD_CHANGED_KIND']],
    ['an argument is gone', 'argument: Int = 1, ', '', ['ARG_REMOVED']],
    ['an argument has another default', 'Int = 1', 'Int = 2', ['ARG_DEFAULT_VALUE_CHANGE']],
    ['an argument must be given', 'other: Input', 'other: Input!', ['ARG_CHANGED_KIND']],
    ['an input field must be given', 'limit: Int! = 5', 'limit: Int!', ['INPUT_FIELD_DEFAULT_VALUE_CHANGE']],
    ['a word is gone', 'A B', 'A', ['VALUE_REMOVED_FROM_ENUM']],
  ])('when %s', (_what, before, after, types) => {
    const found = breaches(promised, promised.replace(before, after)).map((line) => line.split(':')[0]);
    expect(found).toEqual(expect.arrayContaining(types));
  });

  it('but not when something is added', () => {
    const printed = promised
      .replace('A B', 'A B C')
      .replace('argument: Int = 1', 'argument: Int = 1, more: Int')
      .replace('value: String', 'value: String, more: Kind')
      .replace('list: ', 'more: Kind list: ');
    expect(breaches(promised, printed)).toEqual([]);
  });
});
