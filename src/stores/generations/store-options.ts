export interface StoreOptions {
  /** This start of this server: no other one ever has it again. */
  readonly nodeId: string;
  /** How long events stay after the end of their generation, in milliseconds. */
  readonly eventRetentionMs: number;
  /** How long a generation stays after its end, in milliseconds. */
  readonly retentionMs: number;
}
