import type { Batches } from './batches.ts';
import type { GenerationContext } from './generation/context.ts';
import type { Modelgraph } from './modelgraph.ts';

/** What a client does with batches. Most pages never do, so that its code is loaded with the first use. */
export const createLazyBatches = (context: GenerationContext, request: Modelgraph['request']): Batches => {
  const load = async (): Promise<Batches> => (await import('./batches.ts')).createBatches(context, request);
  return {
    submitBatch: async (input) => (await load()).submitBatch(input),
    batch: async (id) => (await load()).batch(id),
    batches: async (query) => (await load()).batches(query),
    batchItems: async (id, query) => (await load()).batchItems(id, query),
    cancelBatch: async (id) => (await load()).cancelBatch(id),
    async *followBatch(id, options) {
      yield* (await load()).followBatch(id, options);
    },
  };
};
