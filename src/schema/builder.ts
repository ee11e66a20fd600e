import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import type { JsonValue } from '../core/json.ts';
import type { Context } from './context.ts';
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

/** Collects the types that the files of this folder define. `schema/index.ts` builds the schema from them. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ComplexityPlugin, RelayPlugin],
  defaultFieldNullability: false,
  complexity: { defaultComplexity: 1, defaultListMultiplier: 4 },
  relay: {
    nodesQueryOptions: false,
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
      resolve: (_root, { id }, _context, _info, resolveNode) => (id.typename === '' ? null : resolveNode(id)),
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
