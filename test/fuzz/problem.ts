/** The promise of the server that does not hold. */
export type ProblemKind = 'process end' | 'terminal event' | 'INTERNAL' | 'other';

/** What is wrong with what was heard. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly what: string;
}

/** A problem of the kind that its words say; `INTERNAL` in them is the code. */
export const createProblem = (what: string, kind: ProblemKind = 'other'): Problem => ({
  kind: kind === 'other' && what.includes('INTERNAL') ? 'INTERNAL' : kind,
  what,
});
