import type { UIMessage } from 'ai';
import type { Generation } from '../schema-types.ts';

/** The part of a message that keeps what the provider wants back in the next turn; nothing renders it. */
export const STATE_KIND = 'modelgraph.state';

/** Reasoning of one turn, as the next request takes it. */
export type TurnReasoning = readonly {
  readonly provider: string;
  readonly text?: string;
  readonly signature?: string;
}[];

type Part = UIMessage['parts'][number];

/** The reasoning of each turn of a generation; undefined where there is none. */
export const toTurns = ({ messages }: Pick<Generation, 'messages'>): TurnReasoning[] | undefined => {
  const turns = messages.flatMap(({ assistant }) =>
    assistant === null
      ? []
      : [
          assistant.reasoning.map(({ provider, text, signature }) => ({
            provider,
            ...(text !== null && { text }),
            ...(signature !== null && { signature }),
          })),
        ],
  );
  return turns.some(({ length }) => length > 0) ? turns : undefined;
};

/** What `toTurns` gave, from the part that keeps it. */
export const findTurns = (part: Part): readonly TurnReasoning[] | undefined => {
  if (part.type !== 'custom' || part.kind !== STATE_KIND) return undefined;
  const { turns } = (part.providerMetadata?.['modelgraph'] ?? {}) as {
    readonly turns?: readonly TurnReasoning[];
  };
  return turns;
};
