import type { Context } from './context.ts';
import { isNodeType, type NodeType } from './node-id.ts';

type Loaded = object | null | Promise<object | null>;

/** Longer than any id: none is looked for. */
const MAX_LENGTH = 200;

const LOAD: Readonly<Record<NodeType, (id: string, context: Context) => Loaded>> = {
  // An alias is a name, not an id: what is fetched by an id has that id.
  Model: (name, { catalogue }) => {
    const model = catalogue.findModel(name);
    return model?.config.name === name ? model : null;
  },
  Provider: (name, { catalogue }) => {
    const provider = catalogue.findProvider(name);
    return provider?.name === name ? provider : null;
  },
  Generation: (id, { loaders }) => loaders.generation.load(id),
  Batch: (id, { loaders }) => loaders.batch.load(id),
  BatchItem: (id, { loaders }) => loaders.batchItem.load(id),
};

/** An object by its type and its id within it; null where there is none, or it is another principal's. */
export const loadNode = (typename: string, id: string, context: Context): Loaded =>
  isNodeType(typename) && id.length <= MAX_LENGTH ? LOAD[typename](id, context) : null;
