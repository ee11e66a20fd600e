import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { toFederatedSchema } from './federation/to-federated-schema.ts';
import './scalars.ts';
import './catalogue/catalogue.ts';
import './catalogue/model.ts';
import './catalogue/model-queries.ts';
import './catalogue/provider.ts';
import './generations/generation.ts';
import './generations/list-generations.ts';
import './generations/generation-event.ts';
import './generations/generate.ts';
import './generations/continue-generation.ts';
import './batches/batch-item.ts';
import './batches/batch.ts';
import './batches/batch-operations.ts';
import './principals/viewer.ts';
import './principals/user-token.ts';
import './principals/budgets.ts';
import './principals/rate-limits.ts';
import './nodes/server-node.ts';

builder.queryType({
  description: 'Reads models, providers, generations, batches and the viewer, and previews requests.',
});
builder.mutationType({
  description: 'Starts, continues and cancels generations and batches; creates tokens for users.',
});
builder.subscriptionType({
  description: 'Streams generations while they are written, and the progress of batches.',
});

export interface SchemaOptions {
  /** Whether the server is a subgraph of Apollo Federation 2. */
  readonly federation?: boolean;
}

/** Builds the schema of this API. */
export const createSchema = ({ federation = false }: SchemaOptions = {}): GraphQLSchema => {
  const schema = builder.toSchema();
  return federation ? toFederatedSchema(schema) : schema;
};
