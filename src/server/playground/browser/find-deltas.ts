export interface Delta {
  readonly kind: 'reasoning' | 'text';
  readonly text: string;
}

export interface OperationDeltas {
  /** The operation's id on its WebSocket. */
  readonly operationId: string;
  readonly deltas: readonly Delta[];
}

interface Message {
  readonly id?: string;
  readonly type?: string;
  readonly payload?: { readonly data?: Readonly<Record<string, unknown>> | null };
}

const KINDS: ReadonlyMap<unknown, Delta['kind']> = new Map([
  ['ReasoningDelta', 'reasoning'],
  ['TextDelta', 'text'],
]);

const findDelta = (event: unknown): Delta | undefined => {
  if (typeof event !== 'object' || event === null) return undefined;
  const { __typename, text } = event as { readonly __typename?: unknown; readonly text?: unknown };
  const kind = KINDS.get(__typename);
  return kind === undefined || typeof text !== 'string' ? undefined : { kind, text };
};

/** The deltas in a message of graphql-transport-ws, in their order; undefined where it carries none. */
export const findDeltas = (message: string): OperationDeltas | undefined => {
  // Most messages without a delta need no parsing.
  if (!message.includes('Delta')) return undefined;
  const { id, type, payload } = JSON.parse(message) as Message;
  if (type !== 'next' || id === undefined) return undefined;
  const deltas = Object.values(payload?.data ?? {}).flatMap((event) => findDelta(event) ?? []);
  return deltas.length === 0 ? undefined : { operationId: id, deltas };
};
