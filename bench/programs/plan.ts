import { nowUs } from './now-us.ts';

export const FAULTS = ['reset', 'truncate', 'error-frame', 'overloaded', 'stall'] as const;
export type Fault = (typeof FAULTS)[number];

/** What a source of text is to do: sent as the prompt, so that every server and the upstream understand the same. */
export interface Plan {
  /** By which the upstream tells of the end of its socket. */
  readonly key: string;
  /** How many deltas come; null: none ever, and no end. */
  readonly deltas: number | null;
  /** Pause between two deltas; 0: none at all. */
  readonly intervalMs: number;
  /** Whether every second delta is reasoning, so that neighbours cannot be merged. */
  readonly alternate?: boolean;
  /** Without a pause: how many deltas a source inside a GraphQL server gives in one turn of the event loop. */
  readonly burst?: number;
  /** What goes wrong halfway. */
  readonly fault?: Fault;
}

export const toPrompt = (plan: Plan): string => JSON.stringify(plan);

export const readPlan = (prompt: string): Plan => JSON.parse(prompt) as Plan;

/** The text of one delta: which it is, and when it was sent. */
export const toDeltaText = (index: number): string => `${index}:${nowUs()};`;

export interface Piece {
  readonly index: number;
  readonly sentUs: number;
}

/** The deltas that a text is made of; merged ones are told apart. */
export const readPieces = (text: string): readonly Piece[] =>
  text
    .split(';')
    .slice(0, -1)
    .map((piece) => {
      const [index, sentUs] = piece.split(':');
      return { index: Number(index), sentUs: Number(sentUs) };
    });

/**
 * Calls `send` as the plan says, each call with the index of its delta, until all are sent or `isOver`. Without a pause
 * it goes on as long as `send` gives true, and again after `whenReady`. Resolves after the last one.
 */
export const pace = async (
  plan: Pick<Plan, 'deltas' | 'intervalMs'>,
  send: (index: number) => boolean,
  isOver: () => boolean,
  whenReady: () => Promise<void>,
): Promise<void> => {
  const deltas = plan.deltas ?? 0;
  if (plan.intervalMs === 0) {
    for (let index = 0; index < deltas && !isOver(); index += 1) if (!send(index)) await whenReady();
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  let index = 0;
  const step = (): void => {
    if (isOver() || index >= deltas) {
      clearInterval(timer);
      return resolve();
    }
    send(index);
    index += 1;
  };
  const timer = setInterval(step, plan.intervalMs);
  step();
  await promise;
};
