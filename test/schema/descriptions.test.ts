import {
  getNamedType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/schema/index.ts';

interface Named {
  readonly kind: 'type' | 'field' | 'argument' | 'input field' | 'enum value';
  readonly at: string;
  readonly name: string;
  readonly description: string | null | undefined;
}

const schema = createSchema();
const types: readonly GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

const named: readonly Named[] = types.flatMap((type): Named[] => {
  const own: Named = { kind: 'type', at: type.name, name: type.name, description: type.description };
  if (isEnumType(type))
    return [
      own,
      ...type.getValues().map(
        ({ name, description }): Named => ({
          kind: 'enum value',
          at: `${type.name}.${name}`,
          name,
          description,
        }),
      ),
    ];
  if (isInputObjectType(type))
    return [
      own,
      ...Object.values(type.getFields()).map(
        ({ name, description }): Named => ({
          kind: 'input field',
          at: `${type.name}.${name}`,
          name,
          description,
        }),
      ),
    ];
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  return [
    own,
    ...Object.values(type.getFields()).flatMap(({ name, description, args }): Named[] => [
      { kind: 'field', at: `${type.name}.${name}`, name, description },
      ...args.map(
        (argument): Named => ({
          kind: 'argument',
          at: `${type.name}.${name}(${argument.name}:)`,
          name: argument.name,
          description: argument.description,
        }),
      ),
    ]),
  ];
});

const offenders = (isOffender: (item: Named) => boolean): string[] =>
  named.filter(isOffender).map(({ at }) => at);

describe('the schema', () => {
  it('has something of every kind to look at', () => {
    const counts = Map.groupBy(named, ({ kind }) => kind);
    for (const kind of ['type', 'field', 'argument', 'input field', 'enum value'] as const)
      expect([kind, (counts.get(kind) ?? []).length > 10]).toEqual([kind, true]);
  });

  it('describes every type, field, argument, input field and enum value', () => {
    expect(offenders(({ description }) => (description ?? '').trim() === '')).toEqual([]);
  });

  it('describes them in sentences that end', () => {
    expect(offenders(({ description }) => !/^[\p{L}`\d"].*[.`…]$/su.test(description ?? ''))).toEqual([]);
  });

  it('names types in PascalCase, fields and arguments in camelCase, enum values in UPPER_CASE', () => {
    const forms = {
      type: /^([A-Z][a-zA-Z0-9]*|JSON)$/,
      field: /^[a-z][a-zA-Z0-9]*$/,
      argument: /^[a-z][a-zA-Z0-9]*$/,
      'input field': /^[a-z][a-zA-Z0-9]*$/,
      'enum value': /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
    };
    expect(offenders(({ kind, name }) => !forms[kind].test(name))).toEqual([]);
  });

  it('says "reasoning", never "thinking", and "id" as one word', () => {
    expect(offenders(({ name }) => /thinking|thought/i.test(name))).toEqual([]);
    expect(offenders(({ kind, name }) => kind !== 'enum value' && /[a-z]ID/.test(name))).toEqual([]);
  });

  it('has no type that no operation can reach', () => {
    const reached = new Set<string>();
    const visit = (type: GraphQLNamedType): void => {
      if (reached.has(type.name)) return;
      reached.add(type.name);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
      if (!isObjectType(type) && !isInterfaceType(type)) return;
      for (const field of Object.values(type.getFields())) {
        visit(getNamedType(field.type));
        for (const argument of field.args) visit(getNamedType(argument.type));
      }
      for (const implemented of type.getInterfaces()) visit(implemented);
      if (isInterfaceType(type)) for (const member of schema.getPossibleTypes(type)) visit(member);
    };
    for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
      expect(root).toBeDefined();
      if (root != null) visit(root);
    }
    expect(types.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
  });
});
