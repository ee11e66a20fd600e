import type { Settings } from '../../config/settings.ts';
import { fetchKeySet } from '../../src/services/principals/key-set.ts';
import { type Finding, ok, problem } from './finding.ts';
import { ANSWER_LIMIT_MS, toReason } from './to-reason.ts';

const PART = 'identity provider';

/** Asks the identity provider for its published keys. None where tokens are not accepted, or verified with another key. */
export const checkIdentityProvider = async ({ jwt }: Settings): Promise<readonly Finding[]> => {
  if (jwt === null || jwt.keys.type !== 'jwks') return [];
  const { url } = jwt.keys;
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  try {
    const { keys } = await fetchKeySet(url, signal);
    return keys.length === 0
      ? [problem(PART, `${url} publishes no keys`)]
      : [ok(PART, `${url} publishes ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`)];
  } catch (error) {
    return [problem(PART, `${url}: ${toReason(error, signal)}; check MODELGRAPH_JWT_JWKS_URL`)];
  }
};
