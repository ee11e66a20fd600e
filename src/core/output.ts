import type { JsonValue } from './json.ts';

/** What becomes of an answer that breaks its schema. */
export const ON_VIOLATION = ['report', 'fail', 'repair'] as const;
export type OnViolation = (typeof ON_VIOLATION)[number];

/** One place where an answer breaks its schema. `path`: JSON Pointer (RFC 6901) into the answer; empty: all of it. */
export interface OutputViolation {
  readonly path: string;
  readonly message: string;
}

export const OUTPUT_CHANGES = ['set', 'append', 'done'] as const;
export type OutputChange = (typeof OUTPUT_CHANGES)[number];

/** How the answer to a request is read as JSON, and what it is held against. */
export interface OutputRules {
  readonly wantsJson: boolean;
  /** The schema as the caller gave it, whatever of it the model's API takes; null: none was given. */
  readonly schema: JsonValue | null;
  readonly onViolation: OnViolation;
  readonly isStreamed: boolean;
}

/** Of a request for text. */
export const TEXT_OUTPUT: OutputRules = {
  wantsJson: false,
  schema: null,
  onViolation: 'report',
  isStreamed: false,
};
