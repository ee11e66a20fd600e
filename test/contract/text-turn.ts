import { getCell, type VendorProvider } from './providers.ts';
import { findTextBreak } from './turn.ts';

export interface SplitTurn {
  /** Up to and with the first text. */
  readonly begin: readonly object[];
  readonly rest: readonly object[];
  /** The same turn as a waiting call gets it. */
  readonly whole: object | null;
}

/** A vendor's first text turn in two pieces. */
export const splitTextTurn = (line: VendorProvider): SplitTurn => {
  const { payloads, whole } = getCell(line, 'text').turns[0];
  const at = findTextBreak(payloads);
  if (at === undefined) throw new Error(`the first text of ${line.name} is not said in several payloads`);
  return { begin: payloads.slice(0, at), rest: payloads.slice(at), whole };
};
