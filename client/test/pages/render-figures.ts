/** What a page with many growing answers costs. */
export interface RenderFigures {
  /** From the first piece until the last one is shown. */
  readonly tookMs: number;
  /** Tasks of the main thread above 50 ms. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly renders: number;
  /** Characters that are shown, of all streams. */
  readonly shown: number;
}
