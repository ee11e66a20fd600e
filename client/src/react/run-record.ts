import type { GenerationSnapshot } from '../fold.ts';

/** What a reload needs to go on with a generation. */
export interface RunRecord {
  readonly idempotencyKey: string;
  /** Undefined until the server has named it. */
  readonly generationId?: string | undefined;
  /** Of the last event that `snapshot` has taken in. */
  readonly cursor?: string | undefined;
  readonly snapshot?: GenerationSnapshot | undefined;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

const isSnapshot = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'parts' in value &&
  Array.isArray(value.parts) &&
  'citations' in value &&
  Array.isArray(value.citations);

export const isRunRecord = (value: unknown): value is RunRecord =>
  typeof value === 'object' &&
  value !== null &&
  'idempotencyKey' in value &&
  typeof value.idempotencyKey === 'string' &&
  'startedAt' in value &&
  typeof value.startedAt === 'number' &&
  (!('snapshot' in value) || isSnapshot(value.snapshot));
