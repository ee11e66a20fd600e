import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import { rejection } from '../../core/errors.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE } from '../list-page.ts';
import { loadNode } from '../load-node.ts';
import { decodeNodeId } from '../node-id.ts';
import { toSubgraphSdl } from './to-subgraph-sdl.ts';

/** Types that other subgraphs refer to by `id`. */
const ENTITIES = ['Model', 'Provider', 'Generation', 'Batch'] as const;

const isEntity = (typename: unknown): typename is (typeof ENTITIES)[number] =>
  ENTITIES.some((name) => name === typename);

const getObjectType = (schema: GraphQLSchema, name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  if (!(type instanceof GraphQLObjectType)) throw new TypeError(`the schema has no type ${name}`);
  return type;
};

/** JSON under the name that the specification has for what a router knows of an object. */
const createAny = (schema: GraphQLSchema): GraphQLScalarType => {
  const json = schema.getType('JSON');
  if (!(json instanceof GraphQLScalarType)) throw new TypeError('the schema has no scalar JSON');
  return new GraphQLScalarType({
    ...json.toConfig(),
    name: '_Any',
    description: 'What a router knows of an entity: its `__typename` and its `id`.',
  });
};

const createEntityUnion = (schema: GraphQLSchema): GraphQLUnionType => {
  const types = ENTITIES.map((name) => getObjectType(schema, name));
  return new GraphQLUnionType({
    name: '_Entity',
    description: 'An object that other subgraphs refer to by its id.',
    types,
    resolveType: async (value, context, info) => {
      for (const type of types) if ((await type.isTypeOf?.(value, context, info)) === true) return type.name;
      return undefined;
    },
  });
};

const createService = (sdl: string): GraphQLObjectType =>
  new GraphQLObjectType({
    name: '_Service',
    description: 'This server as a subgraph.',
    fields: {
      sdl: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'The schema of the subgraph, in the schema definition language.',
        resolve: () => sdl,
      },
    },
  });

const toEntity = (representation: unknown, index: number, context: Context): unknown => {
  const { __typename: typename, id } = isRecord(representation) ? representation : {};
  const path = ['representations', String(index)];
  if (!isEntity(typename))
    return rejection('INVALID_REQUEST', [...path, '__typename'], 'This is no entity of the subgraph.', {
      allowed: ENTITIES,
    });
  if (typeof id !== 'string')
    return rejection('INVALID_REQUEST', [...path, 'id'], 'An entity is found by its id, which is a text.');
  const decoded = decodeNodeId(id);
  return decoded?.typename === typename ? loadNode(typename, decoded.id, context) : null;
};

/** One by one, so that one that cannot be read is not the error of the others; loaders gather them again. */
const resolveEntities = (representations: readonly unknown[], context: Context): readonly unknown[] => {
  if (representations.length <= LARGEST_PAGE)
    return representations.map((representation, index) => toEntity(representation, index, context));
  throw rejection(
    'INVALID_REQUEST',
    ['representations'],
    `representations must have at most ${LARGEST_PAGE} elements, not ${representations.length}.`,
    { allowed: [`at most ${LARGEST_PAGE}`], suggestion: 'Ask for the others in another operation.' },
  );
};

/**
 * The schema as a subgraph of Apollo Federation 2: with `_service` and `_entities`, which say what it is and find its
 * entities. Types and resolvers are those of the given schema. Source: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
export const toFederatedSchema = (schema: GraphQLSchema): GraphQLSchema => {
  const query = schema.getQueryType();
  if (!query) throw new TypeError('the schema has no queries');
  const config = query.toConfig();
  const any = createAny(schema);
  const service = createService(toSubgraphSdl(schema, new Set(ENTITIES)));
  const { types, ...rest } = schema.toConfig();
  const federatedQuery = new GraphQLObjectType<unknown, Context>({
    ...config,
    fields: {
      ...config.fields,
      _service: {
        type: new GraphQLNonNull(service),
        description: 'What a router composes this subgraph from.',
        resolve: () => ({}),
      },
      _entities: {
        type: new GraphQLNonNull(new GraphQLList(createEntityUnion(schema))),
        description:
          'Entities by what a router knows of them, in that order; null for one that there is none of, or is not yours.',
        args: {
          representations: {
            type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(any))),
            description: 'Objects with `__typename` and `id`, at most 100.',
          },
        },
        extensions: {
          complexity: ({ representations }: { readonly representations: readonly unknown[] }) => ({
            field: 1,
            multiplier: representations.length,
          }),
        },
        resolve: (_root, { representations }, context) =>
          resolveEntities(representations as readonly unknown[], context),
      },
    },
  });
  return new GraphQLSchema({
    ...rest,
    query: federatedQuery,
    types: types.filter((type) => type !== query),
  });
};
