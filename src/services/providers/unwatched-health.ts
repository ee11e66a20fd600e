import type { ProviderHealthService } from './provider-health.ts';

/** What a call is reported to, from its admission to its end. */
export type CallHealth = Pick<
  ProviderHealthService,
  'admit' | 'recordFirstDelta' | 'recordSuccess' | 'recordFailure' | 'release'
>;

const ignore = (): void => undefined;

/**
 * For calls with a key of their caller: every one is made, and none says anything of how the provider is doing for the
 * server, whose account may be in another state.
 */
export const UNWATCHED_HEALTH: CallHealth = {
  admit: (provider) => ({ type: 'admitted', provider, probe: false, openings: 0 }),
  recordFirstDelta: ignore,
  recordSuccess: ignore,
  recordFailure: ignore,
  release: ignore,
};
