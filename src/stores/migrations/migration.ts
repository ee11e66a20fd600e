/** One step of the schema, applied once, in one transaction. What has been released never changes. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}
