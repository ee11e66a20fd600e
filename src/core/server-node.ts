/** One process of this server among those that share a store. */
export interface ServerNode {
  /** `node_…`, another one at each start. */
  readonly id: string;
  /** null: it is older than this column of its table. */
  readonly version: string | null;
  readonly startedAt: Date;
  /** Generations that it owns and that have not ended, as far as they are stored. */
  readonly runningGenerations: number;
}
