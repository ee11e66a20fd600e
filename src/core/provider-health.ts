import type { ErrorCode } from './errors.ts';

export const HEALTH_STATES = ['unknown', 'healthy', 'degraded', 'unavailable'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/**
 * A provider as this process has seen it since it started.
 * - `degraded`: its last call failed on its side, or a single call is about to tell whether it is well again.
 * - `unavailable`: it refused the credentials, or it failed so often in a row that no call is sent to it for a while.
 */
export interface ProviderHealth {
  readonly state: HealthState;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastErrorCode: ErrorCode | null;
  /** Median over the last answers; milliseconds. */
  readonly medianFirstDeltaMs: number | null;
}
