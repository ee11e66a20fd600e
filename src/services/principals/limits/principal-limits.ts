import { type Principal, usersOf } from '../../../core/principal.ts';
import {
  type AppliedLimit,
  findLimits,
  findNodeLimits,
  isUnlimited,
  type LimitState,
  type NodeLimits,
  RATE_LIMIT_NAMES,
  type RateLimitName,
} from '../../../core/rate-limit.ts';
import { type GenerationDemand, GenerationPermit } from './generation-permit.ts';
import type { Hold, RateLimiter } from './rate-limiter.ts';
import { UploadMeter } from './upload-meter.ts';

/** Whose batches count together: of one principal, and of all whose ids begin like this. */
export interface BatchOwners {
  readonly principalId: string;
  readonly prefix: string | null;
}

const toOwners = ({ id, kind, keyId }: Principal, { account }: AppliedLimit): BatchOwners => {
  const isOfKey = keyId !== null && (kind === 'key' || account !== id);
  return isOfKey ? { principalId: keyId, prefix: usersOf(keyId) } : { principalId: id, prefix: null };
};

/** What has to be asked of the limits of a principal; null, at once, where nothing limits it. */
export class PrincipalLimits {
  readonly #limiter: RateLimiter;
  readonly #nodeLimits: NodeLimits;

  constructor(limiter: RateLimiter, nodeLimits: NodeLimits) {
    this.#limiter = limiter;
    this.#nodeLimits = nodeLimits;
  }

  /** Counts one operation. Rejects with `RateLimited`; gives how the limits stand. */
  takeRequest(principal: Principal): Promise<readonly LimitState[]> | null {
    const limits = this.#find(principal, 'requestsPerMinute');
    return limits.length === 0 ? null : this.#limiter.take(limits, 1);
  }

  /** Holds a socket open. Rejects with `RateLimited`. */
  holdSocket(principal: Principal): Promise<Hold> | null {
    const limits = [
      ...findNodeLimits(principal, 'sockets', this.#nodeLimits),
      ...this.#find(principal, 'sockets'),
    ];
    return limits.length === 0 ? null : this.#limiter.hold(limits);
  }

  /** What counts the bytes of an upload while they come. */
  meterUpload(principal: Principal): UploadMeter | null {
    const limits = this.#find(principal, 'uploadedBytesPerDay');
    return limits.length === 0 ? null : new UploadMeter(this.#limiter, limits);
  }

  /** Admits a generation. `isStored`: what it says is stored. Rejects with `RateLimited`, and nothing is counted then. */
  admitGeneration(
    principal: Principal,
    findDemand: () => GenerationDemand,
    { isStored }: { readonly isStored: boolean },
  ): Promise<GenerationPermit> | null {
    const atOnce = [
      ...findNodeLimits(principal, 'generationsAtOnce', this.#nodeLimits),
      ...this.#find(principal, 'generationsAtOnce'),
    ];
    const tokens = this.#find(principal, 'tokensPerMinute');
    const stored = isStored ? this.#find(principal, 'storedBytesPerDay') : [];
    if (atOnce.length === 0 && tokens.length === 0 && stored.length === 0) return null;
    return GenerationPermit.admit(this.#limiter, { atOnce, tokens, stored }, findDemand());
  }

  /**
   * Holds the place of a batch while it comes in; from then on those that have not ended count. `countUnfinished` gives how
   * many of these owners there are. Rejects with `RateLimited`, with `path`.
   */
  holdBatch(
    principal: Principal,
    countUnfinished: (owners: BatchOwners) => Promise<number>,
    path: readonly string[],
  ): Promise<Hold> | null {
    const limits = this.#find(principal, 'batchesAtOnce');
    if (limits.length === 0) return null;
    const count = (limit: AppliedLimit): Promise<number> => countUnfinished(toOwners(principal, limit));
    return this.#limiter.holdBeside(limits, count, path);
  }

  /** Counts bytes before they are stored. Rejects with `RateLimited`, with `path`. */
  takeStoredBytes(principal: Principal, bytes: number, path: readonly string[]): Promise<unknown> | null {
    const limits = this.#find(principal, 'storedBytesPerDay');
    return limits.length === 0 ? null : this.#limiter.take(limits, bytes, path);
  }

  /** Each limit as it stands, by its name; of several of one name the one that leaves least. */
  async list(principal: Principal): Promise<readonly LimitState[]> {
    const found: LimitState[] = [];
    for (const name of RATE_LIMIT_NAMES) {
      const limits = this.#find(principal, name);
      if (name === 'sockets' || name === 'generationsAtOnce')
        limits.push(...findNodeLimits(principal, name, this.#nodeLimits));
      const states = await Promise.all(limits.map((limit) => this.#limiter.read(limit)));
      const [least] = states.toSorted((a, b) => a.remaining - b.remaining);
      if (least !== undefined) found.push(least);
    }
    return found;
  }

  #find(principal: Principal, name: RateLimitName): AppliedLimit[] {
    return isUnlimited(principal) ? [] : [...findLimits(principal, name)];
  }
}
