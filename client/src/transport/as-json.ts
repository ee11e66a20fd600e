import { ModelgraphError } from '../modelgraph-error.ts';

/** What `make` gives of a value as JSON. Throws ModelgraphError where the value has a cycle, a bigint or the like. */
export const asJson = <T>(path: string, make: () => T): T => {
  try {
    return make();
  } catch (cause) {
    throw new ModelgraphError(`The ${path} cannot be JSON.`, {
      code: 'INVALID_REQUEST',
      path,
      cause,
    });
  }
};
