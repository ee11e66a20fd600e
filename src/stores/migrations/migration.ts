/** One step of the schema, applied once, in one transaction. What has been released never changes. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
  /**
   * The oldest schema version whose servers can go on working while this is applied and after it, because it only adds what
   * they neither read nor have to write: tables, indexes, columns that may be null. Left out: its own, so that older servers
   * must have stopped before it is applied.
   */
  readonly compatibleFrom?: number;
}
