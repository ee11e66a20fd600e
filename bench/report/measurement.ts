/** How much is measured: `quick` is for development, its figures say little. */
export interface Scale {
  readonly quick: boolean;
  /** How often each pair is measured. */
  readonly runs: number;
  /** Of the soak. */
  readonly minutes: number;
  /** PostgreSQL that several server processes share; null: one process. */
  readonly databaseUrl: string | null;
  /** Gives the first value, or the second one when it is to be quick. */
  readonly pick: <T>(full: T, quick: T) => T;
  /** Says how it goes. */
  readonly say: (line: string) => void;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A goal and whether it is reached; null: it could not be told. */
export interface Verdict {
  readonly goal: string;
  readonly found: string;
  readonly reached: boolean | null;
}

export interface Report {
  /** How it was measured, in a few sentences. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  /** What a reader must know besides: lines of plain text, or of profiles. */
  readonly notes: readonly string[];
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  readonly run: (scale: Scale) => Promise<Report>;
}

/** A report of something that could not be measured here. */
export const notMeasured = (reason: string): Report => ({
  method: `Not measured: ${reason}`,
  tables: [],
  verdicts: [],
  notes: [],
});

/** A report of a measurement that broke off: its last figures must not stand as if they still held. */
export const brokenOff = (reason: string): Report => ({
  method: `**Broke off, no figures:** ${reason}`,
  tables: [],
  verdicts: [],
  notes: [],
});
