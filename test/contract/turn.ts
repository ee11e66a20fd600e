import type { ErrorCode } from '../../src/core/errors.ts';
import type { GenerationResult } from '../../src/core/generation.ts';
import type { VendorWire } from '../support/upstream/vendor-wire.ts';

/** What every provider is tried with. */
export const CAPABILITIES = [
  'text',
  'reasoning',
  'tools',
  'parallel tools',
  'JSON',
  'image',
  'refusal or block',
  'length cut',
  'bad arguments',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** One hand-made answer of a vendor and how the turn has to end. */
export interface Turn {
  readonly name: string;
  /** The payloads of the stream; empty for a provider without a vendor. */
  readonly payloads: readonly object[];
  /** The same turn as a waiting call gets it; null where a whole answer cannot say it. */
  readonly whole: object | null;
  readonly ends: { readonly result: object } | { readonly code: ErrorCode };
}

/** A capability of a provider: tried with these turns, or out of reach for a reason. */
export type Cell =
  | { readonly turns: readonly Turn[] /** Left out: the line's own model. */; readonly model?: string }
  | { readonly cannot: string };

export type Cells = Readonly<Record<Capability, Cell>>;

/** What the first text of every vendor begins with. */
export const TEXT_BEGINNING = 'Grüße';

/** How many payloads it takes until that has been said; undefined: it is not said, or nothing follows it. */
export const findTextBreak = (payloads: readonly object[]): number | undefined => {
  const first = payloads.findIndex((payload) => JSON.stringify(payload).includes(TEXT_BEGINNING));
  return first === -1 || first === payloads.length - 1 ? undefined : first + 1;
};

/** A fixture's turn that ends well, as the vendors' own suites hold it. */
interface NamedCase {
  readonly name: string;
  readonly whole: object;
  readonly result: object;
}

const findNamed = <T extends { readonly name: string }>(cases: readonly T[], name: string): T => {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined)
    throw new Error(
      `no fixture "${name}"; there are: ${cases.map((candidate) => candidate.name).join('; ')}`,
    );
  return found;
};

/** Picks turns out of a vendor's fixtures by name. */
export const turnsOf =
  <T extends NamedCase>(cases: readonly T[], payloadsOf: (found: T) => readonly object[]) =>
  (...names: readonly string[]): readonly Turn[] =>
    names.map((name) => {
      const found = findNamed(cases, name);
      return { name, payloads: payloadsOf(found), whole: found.whole, ends: { result: found.result } };
    });

/** Picks turns that fail. */
export const failedTurnsOf =
  <T extends { readonly name: string; readonly code: string }>(
    failures: readonly T[],
    payloadsOf: (found: T) => readonly object[],
    wire: Pick<VendorWire, 'toWhole'>,
  ) =>
  (...names: readonly string[]): readonly Turn[] =>
    names.map((name) => {
      const found = findNamed(failures, name);
      return failedTurn(name, payloadsOf(found), wire, found.code as ErrorCode);
    });

export const failedTurn = (
  name: string,
  payloads: readonly object[],
  wire: Pick<VendorWire, 'toWhole'>,
  code: ErrorCode,
): Turn => ({ name, payloads, whole: wire.toWhole(payloads), ends: { code } });

/** A turn that ends well, its whole answer worked out of its stream. */
export const madeTurn = (
  name: string,
  payloads: readonly object[],
  whole: object,
  result: Partial<GenerationResult>,
): Turn => ({ name, payloads, whole, ends: { result } });
