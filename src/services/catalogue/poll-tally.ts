/** How often a source of the catalogue was read, by what came of it. */
export interface PollCount {
  readonly source: string;
  readonly result: 'succeeded' | 'failed';
  readonly count: number;
}

/** Counts the polls of the catalogue's sources, of which there are as many as the operator has set. */
export class PollTally {
  readonly #counts = new Map<string, { succeeded: number; failed: number }>();

  /** The same poll, counted by what it comes to. */
  counted<Given extends readonly unknown[]>(
    source: string,
    poll: (...given: Given) => Promise<boolean>,
  ): (...given: Given) => Promise<boolean> {
    const counts = { succeeded: 0, failed: 0 };
    this.#counts.set(source, counts);
    return async (...given) => {
      const isTaken = await poll(...given);
      counts[isTaken ? 'succeeded' : 'failed'] += 1;
      return isTaken;
    };
  }

  counts(): readonly PollCount[] {
    return [...this.#counts].flatMap(([source, counts]) =>
      (['succeeded', 'failed'] as const).map((result) => ({ source, result, count: counts[result] })),
    );
  }
}
