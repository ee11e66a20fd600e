import type { Build } from '../programs/builds.ts';

/** How much is measured: `quick` is for development, and its figures have no weight. */
export interface Scale {
  readonly quick: boolean;
  /** Rounds that count. */
  readonly runs: number;
  /** How long the soak and the fuzz run take. */
  readonly minutes: number;
  /** The one input of the fuzz run that is run alone; null: as many as the minutes take. */
  readonly seed: number | null;
  /** The seed of the first input of the fuzz run; null: the one of every run. */
  readonly from: number | null;
  /** PostgreSQL that several server processes share; null: one process. */
  readonly databaseUrl: string | null;
  /** Another build that measurements of the server alternate with; null: the present tree alone. */
  readonly before: Build | null;
  /** The first value, or the second one in quick mode. */
  readonly pick: <T>(full: T, quick: T) => T;
  /** Prints a line of progress. */
  readonly say: (line: string) => void;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A goal and whether it is reached; null: the figures do not decide it. */
export interface Verdict {
  readonly goal: string;
  readonly found: string;
  readonly reached: boolean | null;
}

/** A figure for programs: the median over the rounds, and what all of them lie between; null where there is none. */
export interface Figure {
  /** What was measured: a server, a transport. */
  readonly subject: string;
  /** Of what, with its unit. */
  readonly figure: string;
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
}

export interface Report {
  /** The method in a few sentences. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  /** Lines of plain text or of profiles that a reader needs besides the tables. */
  readonly notes: readonly string[];
  /** Left out: none that a program reads. */
  readonly figures?: readonly Figure[];
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  readonly run: (scale: Scale) => Promise<Report>;
}

/** A report of something that cannot be measured on this machine. */
export const notMeasured = (reason: string): Report => ({
  method: `Not measured: ${reason}`,
  tables: [],
  verdicts: [],
  notes: [],
});

/** A report of a measurement that failed. It replaces the figures of the run before, which may hold no longer. */
export const failedReport = (reason: string): Report => ({
  method: `**Failed, no figures:** ${reason}`,
  tables: [],
  verdicts: [],
  notes: [],
});
