const PREFIXES = {
  Model: 'model_',
  Provider: 'provider_',
  Generation: 'gen_',
  Batch: 'batch_',
  BatchItem: 'item_',
} as const;
export type NodeType = keyof typeof PREFIXES;

/** Types whose own ids have the prefix already. */
const PREFIXED: ReadonlySet<NodeType> = new Set(['Generation', 'Batch', 'BatchItem'] as const);

export const isNodeType = (typename: string): typename is NodeType => typename in PREFIXES;

/** The id of a node, unique among the nodes of all types. Opaque to clients. */
export const encodeNodeId = (typename: string, id: string): string => {
  if (!isNodeType(typename)) throw new TypeError(`type "${typename}" is no node`);
  return PREFIXED.has(typename) ? id : PREFIXES[typename] + id;
};

/** The type and the own id of a node id; undefined for a text that is no node id. */
export const decodeNodeId = (nodeId: string): { typename: NodeType; id: string } | undefined => {
  for (const [typename, prefix] of Object.entries(PREFIXES)) {
    if (isNodeType(typename) && nodeId.startsWith(prefix))
      return { typename, id: PREFIXED.has(typename) ? nodeId : nodeId.slice(prefix.length) };
  }
  return undefined;
};
