import { nowUs } from './now-us.ts';

export const FAULTS = ['reset', 'truncate', 'error-frame', 'overloaded', 'stall'] as const;
export type Fault = (typeof FAULTS)[number];

/** The behaviour of a source of text. It is sent as the prompt, so that every server and the upstream read the same. */
export interface Plan {
  /** Identifies the stream in the upstream's report. */
  readonly key: string;
  /** Number of deltas; null: no delta and no end. */
  readonly deltas: number | null;
  /** Interval of the deltas; 0: no pause. */
  readonly intervalMs: number;
  /** Whether every second delta is reasoning, so that adjacent deltas cannot be merged. */
  readonly alternate?: boolean;
  /** Without a pause: deltas that a source inside a GraphQL server yields in one turn of the event loop. */
  readonly burst?: number;
  /** The fault halfway through the stream. */
  readonly fault?: Fault;
}

export const toPrompt = (plan: Plan): string => JSON.stringify(plan);

export const readPlan = (prompt: string): Plan => JSON.parse(prompt) as Plan;

/** The text of one delta: its index and the time when it was sent. */
export const toDeltaText = (index: number): string => `${index}:${nowUs()};`;

export interface Piece {
  readonly index: number;
  readonly sentUs: number;
}

/** The deltas of a text, including those that were merged. */
export const readPieces = (text: string): readonly Piece[] =>
  text
    .split(';')
    .slice(0, -1)
    .map((piece) => {
      const [index, sentUs] = piece.split(':');
      return { index: Number(index), sentUs: Number(sentUs) };
    });

/**
 * Calls `send` with the index of each delta, at the pace of the plan, until all are sent or `isOver`. Without a pause it
 * waits for `whenReady` when `send` returns false. Resolves after the last call.
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
