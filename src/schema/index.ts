import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
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

builder.queryType({ description: 'Reading: what there is, and what would happen.' });
builder.mutationType({ description: 'Doing: generations, waited for or in the background, and batches.' });
builder.subscriptionType({
  description: 'Watching: generations as they are written, and batches as they go on.',
});

/** The schema of this API. Each call builds it anew. */
export const createSchema = (): GraphQLSchema => builder.toSchema();
