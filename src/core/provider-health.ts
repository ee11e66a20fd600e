import type { ErrorCode } from './errors.ts';

export const HEALTH_STATES = ['unknown', 'healthy', 'degraded', 'unavailable'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/**
 * A provider as this process has seen it since it started. `unavailable`: it refused the credentials, or failed
 * several times in a row.
 */
export interface ProviderHealth {
  readonly state: HealthState;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastErrorCode: ErrorCode | null;
  /** Median over the last answers; milliseconds. */
  readonly medianFirstDeltaMs: number | null;
}
