import { createHash } from 'node:crypto';
import type { ErrorCode } from './errors.ts';

/** One of several keys of the server for a provider. */
export interface WeightedKey {
  readonly value: string;
  /** Its share of the calls, beside the weights of the others. 0: it serves only what was begun with it. */
  readonly weight: number;
}

export interface ServerKey extends WeightedKey {
  /** The beginning of the SHA-256 of the key, by which it is named where the key itself may not be. */
  readonly id: string;
}

export const toServerKey = ({ value, weight }: WeightedKey): ServerKey => ({
  value,
  weight,
  id: createHash('sha256').update(value).digest('hex').slice(0, 12),
});

/** A key as this process has seen it since it started. */
export interface ServerKeyHealth {
  readonly id: string;
  readonly weight: number;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastErrorCode: ErrorCode | null;
  /** Until when no new generation is begun with it; null: it is in use. */
  readonly coolsDownUntil: Date | null;
}
