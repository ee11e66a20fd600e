import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** Another team's subgraph by Relay's rules, whose objects refer to generations and models. */
const SHOP = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external"])

interface Node { id: ID! }

type PageInfo @shareable {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type Product implements Node @key(fields: "id") {
  id: ID!
  name: String!
  describedBy: Generation
  bestModel: Model
}

type ProductConnection { edges: [ProductEdge!]! pageInfo: PageInfo! }
type ProductEdge { cursor: String! node: Product! }

type Generation @key(fields: "id") { id: ID! product: Product }
type Model @key(fields: "id", resolvable: false) { id: ID! }

type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  products(first: Int, after: String): ProductConnection!
}
`;

/** Reads a subgraph from standard input, composes it with the other one, and writes what came of it as JSON. */
const { errors, hints, supergraphSdl } = composeServices([
  { name: 'modelgraph', url: 'http://modelgraph/graphql', typeDefs: parse(readFileSync(0, 'utf8')) },
  { name: 'shop', url: 'http://shop/graphql', typeDefs: parse(SHOP) },
]);
process.stdout.write(
  JSON.stringify({
    errors: errors?.map(({ message }) => message) ?? [],
    hints: hints?.map(({ message }) => message) ?? [],
    supergraph: supergraphSdl ?? '',
  }),
);
