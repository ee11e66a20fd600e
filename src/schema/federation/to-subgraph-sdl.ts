import {
  type ConstDirectiveNode,
  GraphQLObjectType,
  GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';

/** Fields that several subgraphs have, each for its own objects: a supergraph cannot tell which of them to ask. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['node', 'nodes']);

/** Types that other subgraphs define in the same way, since Relay's rules say how. */
const SHARED_TYPES: ReadonlySet<string> = new Set(['PageInfo']);

/**
 * What composition has to be told of the schema. `@oneOf` is part of GraphQL's draft only: a definition lets composition pass
 * over it where it does not know the directive.
 */
const HEADER = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

"""
Exactly one of the fields of the input object has to be given. This subgraph checks it.
"""
directive @oneOf on INPUT_OBJECT
`;

const toDirective = (name: string, fields?: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  arguments:
    fields === undefined
      ? []
      : [
          {
            kind: Kind.ARGUMENT,
            name: { kind: Kind.NAME, value: 'fields' },
            value: { kind: Kind.STRING, value: fields },
          },
        ],
});

const directivesOf = (name: string, entities: ReadonlySet<string>): readonly ConstDirectiveNode[] => [
  ...(entities.has(name) ? [toDirective('key', 'id')] : []),
  ...(SHARED_TYPES.has(name) ? [toDirective('shareable')] : []),
];

const withoutOwnFields = (schema: GraphQLSchema): GraphQLSchema => {
  const query = schema.getQueryType();
  if (!query) throw new TypeError('the schema has no queries');
  const config = query.toConfig();
  const fields = Object.fromEntries(Object.entries(config.fields).filter(([name]) => !OWN_FIELDS.has(name)));
  const { types, ...rest } = schema.toConfig();
  return new GraphQLSchema({
    ...rest,
    query: new GraphQLObjectType({ ...config, fields }),
    types: types.filter((type) => type !== query),
  });
};

/**
 * The schema as a subgraph of Apollo Federation 2 describes itself to those who compose it: without the fields that every
 * subgraph has for itself, with its entities by their ids.
 */
export const toSubgraphSdl = (schema: GraphQLSchema, entities: ReadonlySet<string>): string => {
  const document = parse(printSchema(lexicographicSortSchema(withoutOwnFields(schema))));
  const described = visit(document, {
    ObjectTypeDefinition: (type): ObjectTypeDefinitionNode => ({
      ...type,
      directives: [...(type.directives ?? []), ...directivesOf(type.name.value, entities)],
    }),
  });
  return `${HEADER}\n${print(described)}\n`;
};
