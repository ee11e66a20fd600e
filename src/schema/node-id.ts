const PREFIXES = { Model: 'model_', Provider: 'provider_', Generation: 'gen_' } as const;
type NodeType = keyof typeof PREFIXES;

const isNodeType = (typename: string): typename is NodeType => typename in PREFIXES;

/** The id of a node over all types: readable, but opaque to clients. A generation's own id has its prefix already. */
export const encodeNodeId = (typename: string, id: string): string => {
  if (!isNodeType(typename)) throw new TypeError(`type "${typename}" is no node`);
  return typename === 'Generation' ? id : PREFIXES[typename] + id;
};

/** What a node id stands for; undefined when it stands for nothing. */
export const decodeNodeId = (nodeId: string): { typename: NodeType; id: string } | undefined => {
  for (const [typename, prefix] of Object.entries(PREFIXES)) {
    if (isNodeType(typename) && nodeId.startsWith(prefix))
      return { typename, id: typename === 'Generation' ? nodeId : nodeId.slice(prefix.length) };
  }
  return undefined;
};
