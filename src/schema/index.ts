import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './model.ts';
import './model-queries.ts';
import './provider.ts';
import './generation.ts';
import './generations.ts';
import './generation-event.ts';
import './generate.ts';
import './follow.ts';
import './batch-item.ts';
import './batch.ts';
import './batches.ts';

builder.queryType({ description: 'Reading: what there is, and what would happen.' });
builder.mutationType({ description: 'Doing: generations, waited for or in the background, and batches.' });
builder.subscriptionType({
  description: 'Watching: generations as they are written, and batches as they go on.',
});

/** The schema of this API. Each call builds it anew. */
export const createSchema = (): GraphQLSchema => builder.toSchema();
