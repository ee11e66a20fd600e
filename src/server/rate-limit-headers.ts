import type { LimitState, RateLimitName } from '../core/rate-limit.ts';

/** Units of quotas: those of the draft's registry, and `tokens`. Left out: requests. */
const UNITS: Readonly<Partial<Record<RateLimitName, string>>> = {
  tokensPerMinute: 'tokens',
  uploadedBytesPerDay: 'content-bytes',
  storedBytesPerDay: 'content-bytes',
  generationsAtOnce: 'concurrent-requests',
  batchesAtOnce: 'concurrent-requests',
  sockets: 'concurrent-requests',
};

const toSeconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));

/** At least a second: 0 would be as good as no header. */
export const toRetryAfter = (retryAfterMs: number): string => String(Math.max(1, toSeconds(retryAfterMs)));

const toPolicy = ({ name, limit, windowMs }: LimitState): string => {
  const unit = UNITS[name];
  return [
    `"${name}";q=${limit}`,
    ...(unit === undefined ? [] : [`qu="${unit}"`]),
    ...(windowMs === 0 ? [] : [`w=${toSeconds(windowMs)}`]),
  ].join(';');
};

const toQuota = ({ name, remaining, windowMs, resetsAtMs }: LimitState, nowMs: number): string =>
  `"${name}";r=${remaining}${windowMs === 0 ? '' : `;t=${toSeconds(resetsAtMs - nowMs)}`}`;

/** Of several limits of one name the one that leaves least: a policy is known by its name. */
const leastOfEach = (states: readonly LimitState[]): readonly LimitState[] => {
  const byName = new Map<RateLimitName, LimitState>();
  for (const state of states) {
    const known = byName.get(state.name);
    if (known === undefined || state.remaining < known.remaining) byName.set(state.name, state);
  }
  return [...byName.values()];
};

/**
 * The limits of a request as clients read them (draft-ietf-httpapi-ratelimit-headers-10): `q` units may be used in `w`
 * seconds, `r` are left, and the window ends in `t` seconds.
 */
export const toRateLimitHeaders = (
  states: readonly LimitState[],
  nowMs: number,
): Readonly<Record<string, string>> => {
  const least = leastOfEach(states);
  if (least.length === 0) return {};
  return {
    'ratelimit-policy': least.map(toPolicy).join(', '),
    ratelimit: least.map((state) => toQuota(state, nowMs)).join(', '),
  };
};
