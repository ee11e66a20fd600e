/** Where a command writes. */
export interface Terminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** Whether `errors` is a terminal. */
  readonly isTerminal: boolean;
  /** Whether `output` is a terminal. */
  readonly isOutputTerminal: boolean;
  /** Whether `output` shows colours. */
  readonly hasColours: boolean;
}
