/** Parts that new work needs, by name, each with whether it can be relied on. */
export type ReadinessChecks = Readonly<Record<string, () => boolean>>;

export interface Readiness {
  readonly ready: boolean;
  /** What `/health/ready` answers. */
  readonly body: {
    readonly status: 'ready' | 'not ready' | 'shutting down';
    readonly checks: Readonly<Record<string, 'up' | 'down'>>;
    /** Parts that may be behind without keeping new work away; left out where there are none. */
    readonly details?: Readonly<Record<string, 'current' | 'outdated' | 'local'>>;
  };
}

/**
 * Whether the server should be sent new work, and which part is the reason if not. `isLimitingAlone`: whether rate limits are
 * counted by this server alone, since the store is away. Never throws.
 */
export const toReadiness = (
  isClosing: boolean,
  checks: ReadinessChecks,
  isCatalogueCurrent: (() => boolean) | null = null,
  isLimitingAlone: () => boolean = () => false,
): Readiness => {
  const verdicts = Object.entries(checks).map(([name, isUp]) => [name, isUp() ? 'up' : 'down'] as const);
  const details = {
    ...(isCatalogueCurrent !== null && {
      catalogue: isCatalogueCurrent() ? ('current' as const) : ('outdated' as const),
    }),
    ...(isLimitingAlone() && { rateLimits: 'local' as const }),
  };
  const allUp = verdicts.every(([, verdict]) => verdict === 'up');
  return {
    ready: allUp && !isClosing,
    body: {
      status: isClosing ? 'shutting down' : allUp ? 'ready' : 'not ready',
      checks: Object.fromEntries(verdicts),
      ...(Object.keys(details).length > 0 && { details }),
    },
  };
};

/** For how long the store may be away before load balancers are told to send new work elsewhere. */
export const STORE_TOLERANCE_MS = 5_000;

/**
 * Whether a part can be relied on, though it may fail for a moment: `isReliable` is false from `toleranceMs` after
 * `note(false)` on, and true again from `note(true)`.
 */
export const createAvailability = (
  toleranceMs: number,
  now: () => number = () => performance.now(),
): { note(up: boolean): void; isReliable(): boolean } => {
  let downSince: number | null = null;
  return {
    note(up) {
      if (up) downSince = null;
      else downSince ??= now();
    },
    isReliable: () => downSince === null || now() - downSince < toleranceMs,
  };
};
