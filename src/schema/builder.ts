import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import { RequestRejected } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { Context } from './context.ts';
import { LARGEST_PAGE } from './list-page.ts';
import { loadNode } from './load-node.ts';
import { decodeNodeId, encodeNodeId } from './node-id.ts';

export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Connection: { totalCount: number };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: string; Output: string };
    JSON: { Input: JsonValue; Output: JsonValue };
    Cursor: { Input: string; Output: string };
    File: { Input: File; Output: never };
  };
}

const tooManyIds = (count: number): RequestRejected =>
  new RequestRejected([
    {
      code: 'INVALID_REQUEST',
      message: `ids must have at most ${LARGEST_PAGE} elements, not ${count}.`,
      path: ['ids'],
      allowed: [`at most ${LARGEST_PAGE}`],
      suggestion: 'Ask for the others in another operation.',
    },
  ]);

/** Collects the types that the files of this folder define. `schema/index.ts` builds the schema from them. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ComplexityPlugin, RelayPlugin],
  defaultFieldNullability: false,
  complexity: { defaultComplexity: 1, defaultListMultiplier: 4 },
  relay: {
    encodeGlobalID: (typename, id) => encodeNodeId(typename, String(id)),
    decodeGlobalID: (nodeId) => decodeNodeId(nodeId) ?? { typename: '', id: nodeId },
    nodeTypeOptions: { description: 'An object that can be fetched by its id.' },
    idFieldOptions: {
      description: 'Identifies the object among those of all types. Opaque: clients must not parse it.',
    },
    nodeQueryOptions: {
      description: 'An object of any type by its id; null if there is none, or it is not yours.',
      nullable: true,
      args: { id: { description: 'The id of the object.' } },
      resolve: (_root, { id: { typename, id } }, context) => loadNode(typename, id, context),
    },
    nodesQueryOptions: {
      description:
        'Objects by their ids, in the order of the ids; null for one that there is none of, or is not yours.',
      args: { ids: { description: 'The ids of the objects, at most 100.' } },
      complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
      // Each by itself, so that one that cannot be read is not the error of the others; loaders gather them again.
      resolve: (_root, { ids }, context) => {
        if (ids.length > LARGEST_PAGE) throw tooManyIds(ids.length);
        return ids.map(({ typename, id }) => loadNode(typename, id, context));
      },
    },
    pageInfoTypeOptions: { description: 'The position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there are items after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are items before this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first item of the page; null for an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last item of the page; null for an empty page.' },
    firstArgOptions: { description: 'At most this many items from the start. All items when left out.' },
    lastArgOptions: { description: 'At most this many items from the end.' },
    afterArgOptions: { description: 'Only items after the one with this cursor.' },
    beforeArgOptions: { description: 'Only items before the one with this cursor.' },
    edgesFieldOptions: {
      description: 'The items of the page with their cursors.',
      // The connection itself already counts the length of its page.
      complexity: { field: 1, multiplier: 1 },
      nullable: { list: false, items: false },
    },
    nodesOnConnection: { description: 'The items of the page.', complexity: { field: 1, multiplier: 1 } },
    nodeFieldOptions: { description: 'The item.', nullable: false },
    cursorFieldOptions: { description: 'Position of the item in its list. Opaque.' },
    pageInfoFieldOptions: { description: 'The position of this page in the list.' },
  },
});
