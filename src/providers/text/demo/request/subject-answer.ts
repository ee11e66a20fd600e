export interface Source {
  readonly url: string;
  readonly title: string;
}

/** An answer written beforehand. Markdown. */
export interface SubjectAnswer {
  /** One sentence that answers by itself, without markup. */
  readonly opening: string;
  readonly body: string;
  /** In their order; the first and the last are kept where not all are asked for. */
  readonly reasoning: readonly string[];
  readonly source: Source;
}
